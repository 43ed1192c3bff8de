from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0033_changing_keys")]

    initial = False

    operations = [
        ops.AddField(
            model_name="PostVersion",
            name="quote_of_id",
            field=fields.BigIntField(null=True, description="the post that was quoted"),
        ),
    ]
