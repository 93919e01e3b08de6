// A provider on loopback for one client, the portal. Anybody signs in by name alone; what is known of people comes
// in ACCOUNTS. Prints its issuer once it listens. CLAIMS=userinfo keeps names out of ID tokens, as the standard does.
// PUT /accounts/<subject> changes what is known of a person, and DELETE removes them.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { PORT, PORTAL, ACCOUNTS, CLIENT_SECRET, CLAIMS } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const accounts = JSON.parse(ACCOUNTS);

const provider = new Provider(issuer, {
  clients: [{
    client_id: "keydesk",
    client_secret: CLIENT_SECRET,
    grant_types: ["authorization_code", "refresh_token"],
    redirect_uris: [`${PORTAL}/sign-in/callback`],
    post_logout_redirect_uris: [`${PORTAL}/signed-out`],
    backchannel_logout_uri: `${PORTAL}/sign-in/back-channel-logout`,
    backchannel_logout_session_required: true,
  }],
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email", "email_verified"] },
  conformIdTokenClaims: CLAIMS === "userinfo",
  cookies: { keys: ["only for tests"] },
  features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: () => true,
  pkce: { required: () => true },
  // Its own dispatcher calls no loopback addresses, and the portal is at one.
  fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
  findAccount: (_, sub) => (accounts[sub] === null ? undefined : { accountId: sub, claims: () => ({ sub, ...accounts[sub] }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

const form = `<!doctype html><html lang="en"><title>Provider</title><h1>Sign in at the provider</h1>
<form method="post"><label>Name <input name="login" autofocus></label> <button name="go" value="in">Sign in</button>
<button name="go" value="no">Cancel</button></form>`;

async function interaction(request, response) {
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html").end(form);
    return;
  }
  let body = "";
  for await (const part of request) body += part;
  const sent = new URLSearchParams(body);
  const result = sent.get("go") === "in"
    ? { login: { accountId: sent.get("login") } }
    : { error: "access_denied", error_description: "cancelled" };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function change(request, response) {
  let body = "";
  for await (const part of request) body += part;
  accounts[request.url.split("/")[2]] = request.method === "PUT" ? JSON.parse(body) : null;
  response.end();
}

const answer = provider.callback();
const routes = { interaction, accounts: change };
createServer((request, response) => (routes[request.url.split("/")[1]] ?? answer)(request, response)).listen(Number(PORT), "127.0.0.1", () => console.log(issuer));
