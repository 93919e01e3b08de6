// The reference plugin on Express: its own createRouter, with stand-ins for the Backstage services it asks for.
// They answer at once from memory, which is the plugin's best case: a real Backstage verifies tokens and asks the
// catalog and the permission service over HTTP. A bearer token is the name of a person.
// Argument: a JSON file with `host`, `port` and the `config` as in a Backstage app-config.
'use strict';

const { readFileSync } = require('node:fs');
const express = require('express');
const { ConfigReader } = require('@backstage/config');
const { createRouter } = require('@acarmisc/backstage-plugin-litellm-backend');

const quiet = () => {};
const logger = { debug: quiet, info: quiet, warn: quiet, error: console.error };

const auth = {
  authenticate: async token => ({ principal: { type: 'user', userEntityRef: `user:default/${token}` } }),
  getOwnServiceCredentials: async () => ({ principal: { type: 'service', subject: 'plugin:litellm' } }),
  getPluginRequestToken: async () => ({ token: 'of-the-plugin' }),
};

const catalogClient = {
  getEntityByRef: async ref => {
    const name = ref.split('/').pop();
    return {
      kind: 'User',
      metadata: { name },
      relations: [],
      spec: { profile: { displayName: name, email: `${name}@example.com` } },
    };
  },
};

const permissions = { authorize: async asked => asked.map(() => ({ result: 'ALLOW' })) };
const discovery = { getBaseUrl: async plugin => `http://127.0.0.1/api/${plugin}` };

async function main() {
  const { host, port, config } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const options = { config: new ConfigReader(config), logger, auth, discovery, permissions, catalogClient };
  const app = express();
  app.use('/api/litellm', await createRouter(options));
  app.listen(port, host);
}

main();
