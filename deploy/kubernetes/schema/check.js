// check.js SWAGGER_FILE MANIFEST [--complete | --self-test]: all faults of a rendered manifest.
'use strict';
const fs = require('fs');
const yaml = require('js-yaml');
const {Shapes} = require('./shapes');
const policies = require('./policies');

function check(shapes, text, complete) {
  let objects;
  try {
    objects = yaml.loadAll(text).filter((object) => object);
  } catch (error) {
    return [`not YAML: ${error.reason}`];
  }
  if (objects.length === 0) return ['there is no object'];
  const faults = objects.flatMap((object) => shapes.faults(object).map((fault) =>
    `${object.kind} ${(object.metadata || {}).name}: ${fault}`));
  // Policies may rely on the shape, so they wait until it is right.
  return faults.length > 0 ? faults : policies.faults(objects, complete);
}

const [swagger, manifest, mode] = process.argv.slice(2);
const shapes = new Shapes(swagger);
const text = fs.readFileSync(manifest, 'utf8');
if (mode === '--self-test') {
  process.exit(require('./self_test').run((planted) => check(shapes, planted, true), text) ? 0 : 1);
}
const faults = check(shapes, text, mode === '--complete');
for (const fault of faults) console.log(`  ${fault}`);
if (faults.length > 0) process.exit(1);
console.log(`  ${(text.match(/^kind: /gm) || []).length} objects, no fault`);
