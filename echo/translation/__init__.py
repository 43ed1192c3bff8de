"""Machine translation by a service that the operator has chosen. `ports.Translator` is what the core sees."""
