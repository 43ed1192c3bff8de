"""Words of messages are found by how they begin; the mark of a chat begins as no word does. All are marked anew."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("echo", "0059_chat_hidings")]

    initial = False

    operations = [ops.RunSQL("DELETE FROM search_fills WHERE kind = 'messages'")]
