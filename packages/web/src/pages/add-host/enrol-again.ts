/** What is run on a host that gets another key: as the user ops-client runs as, with its configuration. */
export function enrolAgain(token: string): string {
  return [
    "sudo -u ops-client sh -c 'umask 077; cat >/var/lib/ops-client/token' <<'END' &&",
    token,
    'END',
    'sudo -u ops-client env OPS_ENROL_TOKEN_FILE=/var/lib/ops-client/token \\',
    '  /opt/ops-client/bin/ops-client enrol --config /etc/ops-client/client.toml &&',
    'sudo rm /var/lib/ops-client/token && sudo systemctl restart ops-client',
  ].join('\n');
}
