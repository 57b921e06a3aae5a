/**
 * Commands of the manual that a machine with a loopback and no root cannot run. Each names what runs that very line instead, or
 * what it can be held to. A command that is neither run by test/programs/manual.test.ts nor here fails the tests.
 */
import { read } from '../source-files.ts';

interface Held {
  /** As the manual has it. */
  readonly command: string;
  /** A file of the repository, and what stands in it: the same line where it is run, or what the line relies on. */
  readonly by: readonly (readonly [file: string, text: string])[];
}

const SMOKE = 'test/containers/smoke-test.sh';
const DEBIAN = 'test/debian/inside.sh';
const INSTALL = 'test/programs/install.test.ts';
const UPGRADE = 'test/programs/upgrade.test.ts';
const UPGRADES = 'packages/ctl/src/commands/upgrade.test.ts';
const TOKENS = 'packages/ctl/src/commands/tokens.test.ts';
const CLIENT_UNIT = 'deploy/systemd/ops-client.service';

export const ELSEWHERE: readonly Held[] = [
  // A whole installation of npm, and the very programs of the next line: minutes.
  {
    command: 'npm ci && npm start',
    by: [
      ['.ci/run', 'npm ci'],
      ['package.json', '"start": "node scripts/start.ts"'],
      ['test/programs/npm-start.test.ts', "file: 'scripts/start.ts'"],
    ],
  },
  // What `npm run build` makes, unpacked and run; installed in a Debian of its own.
  {
    command: 'tar -xzf ops-client-1.0.0-linux-x64.tar.gz -C /opt',
    by: [['test/shipped/single-files.trial.ts', "run('tar', ['-xzf'"]],
  },
  {
    command: '/opt/ops-client-1.0.0-linux-x64/bin/ops-client --host ops.example.com',
    by: [['test/shipped/single-files.trial.ts', "file: program('ops-client')"]],
  },
  {
    command: 'apt install ./ops-server_1.0.0_amd64.deb ./opsctl_1.0.0_amd64.deb',
    by: [[DEBIAN, 'dpkg -i /test/old/*.deb']],
  },
  {
    command: 'apt install ./ops-client_1.0.0_amd64.deb',
    by: [[DEBIAN, 'dpkg -i /test/old/*.deb']],
  },
  { command: 'cat /etc/ops/admin-password', by: [[DEBIAN, 'admin-password']] },
  {
    command: 'vi /etc/ops/server.toml',
    by: [
      ['deploy/debian/ops-server/server.toml', 'http_bind_addr'],
      ['deploy/debian/ops-server/server.toml', 'tcp_bind_addr'],
    ],
  },
  { command: 'vi /etc/ops/client.toml', by: [['deploy/debian/ops-client/client.toml', 'server_host']] },
  {
    command: 'systemctl restart ops-server',
    by: [['deploy/systemd/ops-server.service', 'ExecStart=/usr/bin/ops-server']],
  },
  {
    command: 'systemctl start ops-client',
    by: [['deploy/systemd/ops-client.service', 'ExecStart=/usr/bin/ops-client']],
  },
  { command: 'systemctl restart', by: [['deploy/systemd/ops-server.service', '[Service]']] },
  {
    command: 'systemctl edit ops-server',
    by: [['deploy/systemd/ops-server.service', 'LoadCredential=']],
  },
  {
    command: 'systemctl edit ops-client',
    by: [['deploy/systemd/ops-client.service', 'ReadWritePaths=']],
  },
  // A release, signed and handed out, and hosts that come to it.
  {
    command: 'bin/opsctl release sign --key ops-release.key dist',
    by: [[UPGRADE, "'release', 'sign', '--key', 'release.key', 'dist'"]],
  },
  { command: 'bin/opsctl release show dist', by: [[UPGRADE, "'release', 'show', 'dist'"]] },
  { command: 'opsctl release show dist', by: [[UPGRADE, "'release', 'show', 'dist'"]] },
  {
    command:
      'scp dist/client-release.json dist/client-release.sig.json dist/ops-client-*.tar.gz ops.example.com:/srv/ops-files/',
    by: [[UPGRADE, 'OPS_CLIENT_FILES_DIR']],
  },
  { command: 'bin/opsctl upgrade --all', by: [[UPGRADE, "'upgrade', '--all'"]] },
  // They need a host that is doubled, and one that is known by this name.
  { command: 'bin/opsctl identity new HOST', by: [[TOKENS, "'identity', 'new', host.clientId"]] },
  {
    command: 'bin/opsctl tokens create --host HOST',
    by: [[TOKENS, "'tokens', 'create', '--host', host.clientId"]],
  },
  { command: 'bin/opsctl upgrades show --follow ID', by: [[UPGRADES, "'upgrades', 'show'"]] },
  { command: 'bin/opsctl upgrades pause ID', by: [[UPGRADES, "'upgrades', 'pause'"]] },
  { command: 'bin/opsctl upgrades resume ID', by: [[UPGRADES, "'upgrades', 'resume'"]] },
  { command: 'bin/opsctl upgrades stop ID', by: [[UPGRADE, "'upgrades', 'stop'"]] },
  ...['restart', 'stop', 'start'].map((verb) => ({
    command: `sudo systemctl ${verb} ops-client`,
    by: [[CLIENT_UNIT, 'ExecStart=/usr/bin/ops-client']] as const,
  })),
  {
    command: 'sudo rm -r /var/lib/ops-client/*/upgrade',
    by: [
      [CLIENT_UNIT, 'StateDirectory=ops-client'],
      ['packages/client/src/upgrade/state-file.ts', "'upgrade'"],
    ],
  },
  {
    command: "grep -i -E 'upgrade|release|trial' /var/log/ops-client/ops-client.log.$(date +%F)",
    by: [[CLIENT_UNIT, 'LogsDirectory=ops-client']],
  },
  // Root's.
  {
    command: 'sudo sh /opt/ops-client/install.sh uninstall',
    by: [[INSTALL, 'sh /opt/ops-client/install.sh uninstall']],
  },
  {
    command: 'sudo cp deploy/nginx/ops.conf /etc/nginx/conf.d/',
    by: [['test/programs/nginx.test.ts', "shippedNginx('ops.conf')"]],
  },
  {
    command: 'sudo nginx -t && sudo systemctl reload nginx',
    by: [['packages/testkit/src/start-nginx.ts', "(binary, ['-t'"]],
  },
  // A network with hosts to go to: the script runs with an ssh that stands in.
  {
    command:
      'deploy/scripts/deploy-client.sh --server ops.example.com --secret-file /etc/ops/secret --hosts hosts.txt',
    by: [
      ['test/programs/deploy-scripts.test.ts', "script('deploy-client.sh'"],
      ...['--server)', '--secret-file)', '--hosts)'].map(
        (option) => ['deploy/scripts/deploy-client.sh', option] as const,
      ),
    ],
  },
  // An engine of containers.
  ...[
    'docker-compose up -d',
    'docker-compose ps',
    'docker-compose exec ops-server cat /etc/ops/secrets/admin-password',
    'docker-compose logs -f ops-server',
    'docker-compose exec ops-server ops-server health',
    'docker-compose exec ops-server ops-server audit verify --config /etc/ops/server.toml',
    'docker-compose run --rm ops-secrets renew',
    'docker-compose kill -s HUP ops-server ops-client-1 ops-client-2',
    'docker-compose down',
    'docker-compose down -v',
  ].map((command) => ({ command, by: [[SMOKE, inSmokeTest(command)]] as const })),
  {
    command: 'docker-compose exec ops-server cat /etc/ops/secrets/tcp-auth-secret',
    by: [[SMOKE, 'exec -T "$1" cat /etc/ops/secrets/tcp-auth-secret']],
  },
  {
    command: 'git pull && docker-compose build --pull && docker-compose up -d',
    by: [
      [SMOKE, '"${compose[@]}" build'],
      [SMOKE, '"${compose[@]}" up -d'],
    ],
  },
  {
    command: 'SOURCE_COMMIT=$(git rev-parse HEAD) docker-compose build',
    by: [[SMOKE, 'SOURCE_COMMIT=${SOURCE_COMMIT:-$(git rev-parse HEAD)} "${compose[@]}" build']],
  },
  // Podman keeps the health check of an image in this format only; the page says that nobody tried.
  { command: 'export BUILDAH_FORMAT=docker', by: [['Dockerfile', 'HEALTHCHECK']] },
  // What is handed out.
  { command: 'npm run build', by: [['.ci/run', 'npm run -s build']] },
  {
    command: 'npm run build -- linux-x64 linux-arm64',
    by: [
      ['scripts/ship/what.ts', "'linux-x64'"],
      ['scripts/ship/what.ts', "'linux-arm64'"],
    ],
  },
  { command: 'sha256sum --check SHA256SUMS', by: [['test/shipped/single-files.trial.ts', 'SHA256SUMS']] },
  // What a doctor gives as the command that mends it: its own tests hold the words.
  ...(
    [
      [
        "sudo ss -tlnp 'sport = :3000'",
        'server/src/doctor/check-listening.ts',
        "sudo ss -tlnp 'sport = :${port}'",
      ],
      ['ulimit -n 3100', 'server/src/doctor/check-listening.ts', '`ulimit -n ${needed}`'],
      ['sudo ufw allow 12345/tcp', 'client/src/doctor/check-link.ts', '`sudo ufw allow ${port}/tcp`'],
      [
        'getent hosts ops.example.com',
        'client/src/doctor/check-link.ts',
        '`getent hosts ${shellWord(host)}`',
      ],
      ['sudo timedatectl set-ntp true', 'client/src/doctor/check-link.ts', "'sudo timedatectl set-ntp true'"],
      [
        'sudo scp ops.example.com:data/tcp-auth-secret /etc/ops/secret',
        'client/src/doctor/check-link.ts',
        '`sudo scp ${shellWord(config.serverHost)}:data/tcp-auth-secret ${file}`',
      ],
      [
        'openssl x509 -in cert.pem -noout -subject -enddate',
        'server/src/doctor/check-files.ts',
        '`openssl x509 -in ${shellWord(path)} -noout -subject -enddate`',
      ],
      [
        'sudo install -d -o "$(id -u)" -m 755 /tmp/apps',
        'client/src/doctor/check-host.ts',
        '`sudo install -d -o "$(id -u)" -m 755 ${word}`',
      ],
      ['chmod go-w /opt/ops-scripts', 'client/src/doctor/check-host.ts', '`chmod go-w ${word}`'],
      ['chmod -R go-w /tmp/apps/my-app', 'client/src/doctor/check-host.ts', '`chmod go-w ${word}`'],
      [
        'sudo du -xh --max-depth=2 data | sort -h | tail',
        'runtime/src/doctor/path-facts.ts',
        '`sudo du -xh --max-depth=2 ${shellWord(existing)} | sort -h | tail`',
      ],
      ['chmod 600 data/tcp-auth-secret', 'runtime/src/doctor/path-facts.ts', '`chmod 600 ${word}`'],
    ] as const
  ).map(([command, file, text]) => ({ command, by: [[`packages/${file}`, text]] as const })),
];

/** The line as the smoke test of the containers has it: with a project of its own, without a terminal. */
function inSmokeTest(command: string): string {
  return command.replace('docker-compose', '"${compose[@]}"').replace(/ exec /, ' exec -T ');
}

/** ufw(8) changes the firewall of the machine; its lines are held to what ufw takes. */
const UFW =
  /^sudo ufw (default (deny|allow) (incoming|outgoing)|allow OpenSSH|allow from [\d.]+\/\d+ to any port (12345|443) proto tcp|enable|status; sudo iptables -L -n)$/;

export function isElsewhere(command: string): boolean {
  return UFW.test(command) || ELSEWHERE.some((held) => held.command === command);
}

/** What the table says stands in a file and does not. @throws Error for a file that is not there */
export function brokenPromises(): string[] {
  return ELSEWHERE.flatMap(({ command, by }) =>
    by
      .filter(([file, text]) => !read(file).includes(text))
      .map(([file, text]) => `${command}: no ${text} in ${file}`),
  );
}
