"""Translates a SAM template (the first argument) to the CloudFormation that AWS makes of
it, as JSON on standard output, with the translator that AWS itself runs. Nothing is asked
of AWS."""

import json
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

with open(sys.argv[1], encoding="utf-8") as f:
    template = yaml_parse(f.read())
# `sam package` has put the code into a bucket by the time AWS translates.
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = "s3://artifacts/code.zip"
# An empty list of managed policies: a function that is given one is an error.
out = Translator({}, Parser()).translate(template, {})
json.dump(out, sys.stdout, indent=1)
