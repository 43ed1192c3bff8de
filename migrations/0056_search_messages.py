"""Searching messages of chats by words; workers put in what was said before."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from echo.columns import IdField
from tortoise.contrib.postgres.fields import TSVectorField


class Migration(migrations.Migration):
    dependencies = [("echo", "0055_chat_wishes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="SearchMessage",
            fields=[
                ("message_id", IdField(primary_key=True, unique=True, db_index=True)),
                (
                    "words",
                    TSVectorField(
                        description="folded words with their places, and the mark of the chat",
                        source_fields=(),
                        stored=False,
                    ),
                ),
            ],
            options={
                "table": "search_messages",
                "app": "echo",
                "pk_attr": "message_id",
                "table_description": "A message of a chat.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "CREATE INDEX search_messages_by_word ON search_messages USING gin (words) WITH (fastupdate = off)"
        ),
        # Messages are made anew from their events, and keep the ids of these.
        ops.RunSQL(
            "ALTER TABLE search_messages ADD CONSTRAINT search_messages_message_id_fk"
            " FOREIGN KEY (message_id) REFERENCES chat_events (id) ON DELETE CASCADE"
        ),
    ]
