// A Backstage page on which people confirm `keydesk login`, and sign out machines.
// Copy it to packages/app/src, and add the route that docs/how-to/machines-in-backstage.md shows.
import { FormEvent, useCallback, useEffect, useState } from 'react';
import { Content, Header, InfoCard, Page, WarningPanel } from '@backstage/core-components';
import { discoveryApiRef, fetchApiRef, useApi } from '@backstage/core-plugin-api';
import Button from '@material-ui/core/Button';
import TextField from '@material-ui/core/TextField';
import Typography from '@material-ui/core/Typography';

type Asked = { confirmation: string; name: string; address: string; server: string; expires_at: string };
type Machine = { id: string; name: string; address: string; seen_at: string; expires_at: string };

/** Sends requests to Keydesk with the Backstage token of the signed-in user. */
function useKeydesk() {
  const { fetch } = useApi(fetchApiRef);
  const discovery = useApi(discoveryApiRef);
  return useCallback(
    async (method: string, path: string, body?: object) => {
      // Through Backstage's proxy: `${await discovery.getBaseUrl('proxy')}/litellm/machines${path}`
      const url = `${await discovery.getBaseUrl('litellm')}/machines${path}`;
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
      const content = await answer.json();
      if (!answer.ok) throw new Error(content.error ?? `Keydesk answered with status ${answer.status}`);
      return content;
    },
    [fetch, discovery],
  );
}

const when = (time: string) => new Date(time).toLocaleString();

export function KeydeskMachinesPage() {
  const keydesk = useKeydesk();
  const [code, setCode] = useState('');
  const [asked, setAsked] = useState<Asked>();
  const [machines, setMachines] = useState<Machine[]>([]);
  const [said, setSaid] = useState('');

  const act = useCallback(async (work: () => Promise<void>) => {
    try {
      setSaid('');
      await work();
    } catch (error) {
      setSaid((error as Error).message);
    }
  }, []);
  const reload = useCallback(async () => setMachines(await keydesk('GET', '')), [keydesk]);
  useEffect(() => {
    act(reload);
  }, [act, reload]);

  const lookUp = (event: FormEvent) => {
    event.preventDefault();
    act(async () => setAsked(await keydesk('POST', '/look_up', { code })));
  };
  const answer = (decision: 'confirm' | 'reject', text: string) =>
    act(async () => {
      const confirmation = asked?.confirmation;
      setAsked(undefined);
      setCode('');
      await keydesk('POST', `/${decision}`, { confirmation });
      setSaid(text);
    });
  const signOut = (id: string) =>
    act(async () => {
      await keydesk('DELETE', `/${encodeURIComponent(id)}`);
      await reload();
    });

  return (
    <Page themeId="tool">
      <Header title="Signed-in machines" />
      <Content>
        {said && <Typography role="status">{said}</Typography>}
        {asked ? (
          <InfoCard title={`Sign in ${asked.name || 'this machine'}?`}>
            <WarningPanel
              severity="warning"
              title="Confirm only if your own terminal shows this code"
              message={`The code is ${code}. Your terminal must sign in to ${asked.server}. If somebody sent you the code, reject it: that person would act as you.`}
            />
            <Typography>
              Machine: {asked.name || 'without a name'}. IP address: {asked.address}. Expires: {when(asked.expires_at)}
            </Typography>
            <Button variant="contained" color="primary" onClick={() => answer('confirm', 'Your terminal continues in a few seconds.')}>
              Confirm sign-in
            </Button>{' '}
            <Button variant="outlined" onClick={() => answer('reject', 'The sign-in was rejected.')}>
              Reject
            </Button>
          </InfoCard>
        ) : (
          <InfoCard title="Enter the code that your terminal shows">
            <form onSubmit={lookUp}>
              <TextField label="Code" value={code} onChange={event => setCode(event.target.value)} autoComplete="off" required />
              <Button type="submit">Continue</Button>
            </form>
          </InfoCard>
        )}
        <InfoCard title="Your machines">
          {machines.map(machine => (
            <Typography key={machine.id}>
              {machine.name || 'without a name'} ({machine.address}), last used {when(machine.seen_at)}, signed in until{' '}
              {when(machine.expires_at)} <Button onClick={() => signOut(machine.id)}>Sign out</Button>
            </Typography>
          ))}
        </InfoCard>
      </Content>
    </Page>
  );
}
