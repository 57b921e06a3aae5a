import type { AddHostDictionary } from './zh-add-host.ts';

/** The words of adding hosts and of their identity, in English. */
export const enAddHost: AddHostDictionary = {
  addHostLead:
    'One command on the host downloads, checks, installs and enrols it. Everything comes from this server; the host needs no internet.',
  rightsTitle: 'What this host will be allowed to do',
  rightsCommands: 'Monitor and operate',
  rightsMonitor: 'Monitor only',
  rightsReadings: 'Report CPU, memory, disks, network and other readings',
  rightsPredefined: 'Run the predefined commands: a fixed list such as uptime, df, free',
  rightsApps: 'Start, stop, restart and update applications in its directory of applications',
  rightsCustom:
    'Custom commands: only those written into the configuration of this very host ([[commands]]); after the installation there are none',
  rightsCustomNever: 'Custom commands',
  rightsOwn: 'The host itself decides, and the server cannot widen it. There is no shell and no free text.',
  allowed: 'Allowed',
  notAllowed: 'Not allowed',

  howTitle: 'Install',
  wayLabel: 'How to install',
  wayLinux: 'Linux',
  wayDocker: 'Docker',
  waySource: 'From source',
  rootLabel: 'Install as',
  asRoot: 'System service (sudo)',
  asUser: 'This user, without root',
  asUserHelp:
    'It goes into ~/.local/share/ops-client. What that user cannot read, ops-client cannot read either.',
  dockerHelp:
    'A container sees its own disks, and commands run inside it; the base image debian:13-slim comes from your registry. To look after the host itself choose Linux.',
  sourceHelp: 'To be run in a copy of the sources of this project; needs npm.',
  serverAddress: 'Address of the server',
  serverAddressHelp: (port) => `The name or address by which the new host reaches it, TCP port ${port}`,
  serverAddressWrong: 'Letters, digits and . _ : - only',
  serverAddressLocal:
    'Other hosts do not reach the server by this name: put the name or address by which they do.',
  localOnly:
    'The TCP port of this server is open to this machine only. For other hosts set tcp_bind_addr = "0.0.0.0" in its configuration and restart it.',
  noAuthentication:
    'Clients are not authenticated here (tcp_auth_enabled): whatever reaches the TCP port can pose as a host. The command holds no token.',
  noFiles: 'This server has no ops-client to hand out',
  noFilesHelp:
    'Run npm run build on the server and restart it, or name the directory with SHA256SUMS and the archives in client_files_dir. From source works without.',
  noInstaller: 'The script install.sh is not part of this installation; take another way.',
  tokenHosts: 'For how many hosts',
  tokenHours: 'Valid for hours',
  tokenNumberWrong: (min, max) => `A whole number from ${min} to ${max}`,
  makeCommand: 'Make the command',
  makeAnother: 'Make another one',
  needsAdmin: 'Only an administrator can add hosts.',
  tokenOnce: (hosts, until) =>
    `The token in it lets in ${hosts === '1' ? 'one host' : `${hosts} hosts`} until ${until}; each then has a key of its own. It is not shown again once you leave this page.`,
  checksummed:
    'What is downloaded is held to its checksum, so nobody can change it on the way, not even over HTTP; the token itself never travels.',
  httpsHint:
    'If the host does not trust the certificate of this server: add --cacert FILE to curl and --ca FILE to install.sh.',
  installCommand: 'Command to install',
  uninstallTitle: 'Uninstall',
  copyUninstall: 'Copy the command to uninstall',

  waitingTitle: 'Arrivals',
  waitingFirst: 'Waiting for the first host…',
  waitingMore: 'Waiting for more hosts…',
  hostIsHere: 'is here',

  tokensTitle: 'Enrolment tokens',
  tokensNone: 'No tokens yet. Making an install command makes one.',
  tokenId: 'Token',
  tokenState: 'State',
  tokenUses: 'Used',
  tokenExpires: 'Expires',
  tokenMadeBy: 'Made by',
  tokenFor: 'Only for',
  stateOpen: 'Open',
  stateUsedUp: 'Used up',
  stateExpired: 'Expired',
  stateRevoked: 'Revoked',
  revoke: 'Revoke',
  revokeToken: (id) => `Revoke token ${id}`,

  identity: 'Identity',
  credentialOwn: 'Key of its own',
  credentialShared: 'Shared secret',
  credentialNone: 'Not authenticated',
  keyRevoked: 'Key revoked',
  identityOwnHelp: (generation) =>
    `This host proves itself with a key of its own (number ${generation}). The shared secret does not work for it.`,
  identitySharedHelp:
    'This host uses the secret all clients share. A token made for it gives it a key of its own.',
  identityNoneHelp: 'The server did not ask this host to prove itself.',
  identityRevokedHelp:
    'Its key was revoked. Nothing comes in by this id any more, unless with a new token made for this host.',
  conflictTitle: 'Id in use twice',
  conflictClone:
    'Another machine came with the same client id and was refused: most likely a clone. The next one that is refused can be given an id of its own; the one that is connected stays what it is.',
  giveNewIdentity: 'Give the copy a new identity',
  newIdentityOrdered:
    'Ordered: the next one that is refused appears in the list under a new id within a minute or so (valid for 10 minutes).',
  makeHostToken: 'Make a token…',
  makeHostTokenTitle: (hostname) => `A token for ${hostname}`,
  makeHostTokenHelp:
    'Run this on the host (mind the path of its configuration), then restart ops-client there. The token is valid for a day and works once.',
  copyToken: 'Copy the command',
  closeDialog: 'Close',
  revokeKeyButton: 'Revoke key…',
  revokeKeyTitle: (hostname) => `Revoke the key of ${hostname}?`,
  revokeKeyWarning:
    'Its connection is closed at once, and only a new token made for this host lets it in again.',
  revokeKeyConfirm: 'Revoke key',
};
