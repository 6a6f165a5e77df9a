// Whether an object has the shape that its API version prescribes: the Kubernetes OpenAPI schema,
// made strict (no unknown fields, no nulls), and only the API versions named here.
'use strict';
const fs = require('fs');
const Ajv = require('ajv');

// Stable versions of what the suite needs. An object of another kind is refused until somebody has
// thought about it and added it.
const ALLOWED = {
  'v1': ['ConfigMap', 'Namespace', 'Pod', 'Secret', 'Service', 'ServiceAccount'],
  'apps/v1': ['StatefulSet'],
  'networking.k8s.io/v1': ['NetworkPolicy'],
};

// What the schema calls a string although YAML may have a number there.
const QUANTITY = {
  anyOf: [
    {type: 'number', minimum: 0},
    {type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][0-9]+)?$'},
  ],
};
const INT_OR_STRING = {anyOf: [{type: 'integer'}, {type: 'string'}]};

function strict(definitions) {
  for (const [name, definition] of Object.entries(definitions)) {
    if (definition.properties && definition.additionalProperties === undefined) {
      definition.additionalProperties = false;
    }
    if (name.endsWith('.api.resource.Quantity')) definitions[name] = QUANTITY;
    if (name.endsWith('.util.intstr.IntOrString')) definitions[name] = INT_OR_STRING;
  }
  return definitions;
}

class Shapes {
  constructor(swaggerFile) {
    const definitions = strict(JSON.parse(fs.readFileSync(swaggerFile, 'utf8')).definitions);
    this.ajv = new Ajv({
      allErrors: true, strict: false, verbose: true,
      formats: {
        'int32': {type: 'number', validate: (n) => Math.abs(n) < 2 ** 31},
        'int64': true, 'double': true, 'int-or-string': true,
        'byte': /^[A-Za-z0-9+/\s]*=*\s*$/,
        'date-time': (text) => !Number.isNaN(Date.parse(text)),
      },
    });
    this.ajv.addSchema({$id: 'kubernetes', definitions});
    this.names = new Map();
    for (const [name, definition] of Object.entries(definitions)) {
      for (const kind of definition['x-kubernetes-group-version-kind'] || []) {
        const version = kind.group ? `${kind.group}/${kind.version}` : kind.version;
        this.names.set(`${version} ${kind.kind}`, name);
      }
    }
  }

  // The faults of one object, each a sentence.
  faults(object) {
    if (!(ALLOWED[object.apiVersion] || []).includes(object.kind)) {
      return [`${object.apiVersion} ${object.kind} is not on the list of allowed API versions`];
    }
    const name = this.names.get(`${object.apiVersion} ${object.kind}`);
    if (!name) return [`the schema knows no ${object.apiVersion} ${object.kind}`];
    const validate = this.ajv.getSchema(`kubernetes#/definitions/${name}`);
    if (validate(object)) return [];
    return validate.errors.map((error) => {
      const field = error.params.additionalProperty;
      const where = error.instancePath || '/';
      return field ? `${where} has no field "${field}"` : `${where} ${error.message}`;
    });
  }
}

module.exports = {Shapes};
