from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("echo", "0026_signature_schemes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="FormerName",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("username_key", fields.CharField(unique=True, description="in lower case", max_length=255)),
                ("account_id", fields.BigIntField(db_index=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "former_names",
                "app": "echo",
                "pk_attr": "id",
                "table_description": "What somebody here was called before. Nobody else gets the name, and it still leads to them.",
            },
            bases=["Model"],
        ),
    ]
