"""What all HTTP surfaces share: access, parameters, paging, limits, errors."""
