#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""openapi.py URL PATH...: what a manager answers to GET of these paths has the shape that its own OpenAPI document says.

An answer has every member that the document requires and none that it does not know.
"""
import json
import re
import sys
import urllib.request


class Document:
    def __init__(self, text):
        self.all = json.loads(text)

    def operations(self):
        for path, item in self.all["paths"].items():
            for method, operation in item.items():
                yield method.upper(), path, operation

    def resolve(self, schema):
        while "$ref" in schema:
            at = self.all
            for word in schema["$ref"][2:].split("/"):
                at = at[word]
            schema = at
        return schema

    def differs(self, schema, value, where="$"):
        """What of the value is not as the schema says; None when all is."""
        schema = self.resolve(schema)
        if value is None and (schema.get("nullable") or not schema):
            return None
        for key in ("oneOf", "anyOf"):
            if key in schema:
                found = [self.differs(s, value, where) for s in schema[key]]
                if None not in found:
                    return f"{where} is none of {key}: {found}"
        kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
        if "type" in schema and not isinstance(value, kinds[schema["type"]]):
            return f"{where} is {json.dumps(value)[:80]}, not {schema['type']}"
        if "enum" in schema and value not in schema["enum"]:
            return f"{where} is {value}, none of {schema['enum']}"
        if isinstance(value, dict):
            for name in schema.get("required", ()):
                if name not in value:
                    return f"{where} has no {name}"
            if "properties" in schema and schema.get("additionalProperties") is None:
                strange = sorted(set(value) - set(schema["properties"]))
                if strange:
                    return f"{where} has {', '.join(strange)}, of which the document does not tell"
            others = schema.get("additionalProperties")
            for name in value if isinstance(others, dict) else ():
                why = self.differs(others, value[name], f"{where}.{name}")
                if why:
                    return why
            for name, of in schema.get("properties", {}).items():
                if name in value:
                    why = self.differs(of, value[name], f"{where}.{name}")
                    if why:
                        return why
        if isinstance(value, list) and "items" in schema:
            for i, item in enumerate(value):
                why = self.differs(schema["items"], item, f"{where}[{i}]")
                if why:
                    return why
        return None

    def shape(self, path):
        """Of the answer to GET of a path."""
        for pattern, item in sorted(self.all["paths"].items(), key=lambda pair: "{" in pair[0]):
            if "get" in item and re.fullmatch(re.escape(pattern).replace(r"\{key\}", "[^/]+"), path):
                return item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        raise SystemExit(f"the document knows no GET {path}")


def main():
    def get(path):
        with urllib.request.urlopen(sys.argv[1] + path, timeout=30) as answer:
            return answer.read()

    document, wrong = Document(get("/api/openapi.json")), 0
    for path in sys.argv[2:]:
        why = document.differs(document.shape(path.partition("?")[0]), json.loads(get(path)))
        if why:
            print(f"GET {path}: {why}")
            wrong += 1
    sys.exit(wrong)


if __name__ == "__main__":
    main()
