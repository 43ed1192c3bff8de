from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0060_words_of_chats")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AccountStats",
            name="told_followers",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="AccountStats",
            name="told_following",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="AccountStats",
            name="told_posts",
            field=fields.BigIntField(null=True),
        ),
    ]
