"""Validates answers in JSON against the schemas of doc/schema.

Standard input: lines of two JSON strings, [schema, answer].  Standard output: a line for each, "ok" or
what is wrong with it.
"""
import json
import pathlib
import sys

import jsonschema

folder = pathlib.Path(sys.argv[1])
schemas = {file.stem: json.loads(file.read_text()) for file in folder.glob('*.json')}
for schema in schemas.values():
    jsonschema.Draft202012Validator.check_schema(schema)


def validate(name, answer):
    resolver = jsonschema.RefResolver('', schemas[name], store={'common.json': schemas['common']})
    validator = jsonschema.Draft202012Validator(schemas[name], resolver=resolver)
    errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(answer)]
    return '; '.join(errors) or 'ok'


for line in sys.stdin:
    name, text = json.loads(line)
    try:
        print(validate(name, json.loads(text)).replace('\n', ' '))
    except json.JSONDecodeError as error:
        print(f'no JSON object: {error}')
