"""Write the table of all configuration keys in config/README.md anew, from the schema and the defaults."""

import json
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT / "scripts"))

from clm import config  # noqa: E402

README = CHECKOUT / "config" / "README.md"
START, END = "<!-- keys: made by `make docs` -->\n", "<!-- end of keys -->\n"


def accepted(schema: dict) -> str:
    """What the schema accepts, in a few words."""
    if "enum" in schema:
        return ", ".join(f"`{'null' if value is None else value}`" for value in schema["enum"])
    if "oneOf" in schema:
        return " or ".join(accepted(item) for item in schema["oneOf"])
    if "const" in schema:
        return f"`{schema['const']}`"
    types = schema["type"]
    names = [types] if isinstance(types, str) else types
    return " or ".join({"array": "list", "object": "mapping"}.get(name, name) for name in names)


def table() -> str:
    """The table as it must stand in the README."""
    schema = config.load_yaml(CHECKOUT / "config" / "config.schema.yaml")
    defaults = config.load_yaml(CHECKOUT / "config" / "config.yaml")
    rows = ["| key | default | accepts | meaning |", "|---|---|---|---|"]
    for key, item in config.leaves(schema):
        if "properties" not in item:
            default = json.dumps(config.get(defaults, key)).strip('"')
            rows.append(f"| `{key}` | `{default}` | {accepted(item)} | {item['description']} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    """Replace the table in the README."""
    before, rest = README.read_text(encoding="utf-8").split(START)
    README.write_text(before + START + table() + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
