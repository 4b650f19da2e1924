# SPDX-License-Identifier: Apache-2.0
"""An example of a type: a JSON value that the type's own validation accepts, always the same one.

Whatever the type may leave out is there too, down to `DEEP` levels; of alternatives the first.
"""

from pydantic import TypeAdapter

DEEP = 6
FORMATS = {"date-time": "2026-01-02T03:04:05Z", "date": "2026-01-02"}
PLAIN = {"string": "text", "integer": 7, "number": 0.5, "boolean": True, "null": None}


def example_of(kind):
    schema = TypeAdapter(kind).json_schema()
    return value_of(schema, schema.get("$defs", {}), 0)


def value_of(schema, definitions, depth):
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return value_of(definitions[name], definitions, depth)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return value_of(first_with_a_value(schema[word]), definitions, depth)
    if schema.get("type") == "object":
        return object_of(schema, definitions, depth)
    if schema.get("type") == "array":
        return [] if depth >= DEEP else [value_of(schema["items"], definitions, depth + 1)]
    return FORMATS.get(schema.get("format")) or PLAIN.get(schema.get("type"), "anything")


def first_with_a_value(alternatives):
    return next((one for one in alternatives if one.get("type") != "null"), alternatives[0])


def object_of(schema, definitions, depth):
    required = schema.get("required", [])
    wanted = schema.get("properties", {})
    return {name: value_of(inner, definitions, depth + 1) for name, inner in wanted.items()
            if name in required or depth < DEEP}
