/** Secret, files, certificates and databases: is what the server keeps whole, and its own? */
import { judgeCertificate } from '@ops/runtime/doctor/certificate.ts';
import { fault, ok, warning } from '@ops/runtime/doctor/finding.ts';
import type { Check, Finding } from '@ops/runtime/doctor/finding.ts';
import { judgeDirectory, judgePrivateFile } from '@ops/runtime/doctor/path-facts.ts';
import { judgeSettings } from '@ops/runtime/doctor/settings-findings.ts';
import { isLoopback } from '@ops/runtime/ip-address.ts';
import { shellWord } from '@ops/runtime/private-file.ts';

import type { CertificateFile, ServerFacts } from './facts.ts';
import type { DatabaseFacts } from './look-at-database.ts';

function judgeSecret({ secret, config, change }: ServerFacts): Finding {
  const { fingerprint, previousFingerprint, file } = secret;
  if (!secret.enabled) {
    if (isLoopback(config.tcpBindAddr))
      return ok(
        'clients need no secret, since only this machine reaches the TCP port',
        'TCP 端口只对本机开放，客户端不需要密钥',
      );
    return fault(
      `authentication is off on ${config.tcpBindAddr}: anybody who reaches the TCP port can pose as a client`,
      `${config.tcpBindAddr} 上的认证已关闭：任何能连到 TCP 端口的人都可以冒充客户端`,
      change('tcp_auth_enabled', 'true', 'true'),
    );
  }
  if (fingerprint === undefined) {
    return file && file.kind !== 'absent'
      ? fault(
          `the secret in ${file.path} cannot be read by this user`,
          `当前用户不能读取 ${file.path} 中的密钥`,
          `sudo chown "$(id -u)" ${shellWord(file.path)}`,
        )
      : ok(
          `a secret will be made at the first start, in ${file?.path}`,
          `首次启动时会生成密钥，保存在 ${file?.path}`,
        );
  }
  const where = file === undefined ? '' : ` (${file.path})`;
  const before =
    previousFingerprint === undefined
      ? { en: '', zh: '' }
      : { en: `, the previous one ${previousFingerprint}`, zh: `，上一个密钥指纹 ${previousFingerprint}` };
  return ok(
    `fingerprint of the secret ${fingerprint}${before.en}${where}; ops-client doctor shows the same`,
    `密钥指纹 ${fingerprint}${before.zh}${where}；ops-client doctor 显示的应相同`,
  );
}

function judgePrivateFiles({ privateFiles, owner, dataDir }: ServerFacts): Finding[] | undefined {
  if (dataDir.kind !== 'directory') return undefined;
  const wrong = privateFiles
    .map((file) => judgePrivateFile(file, owner))
    .filter((each) => each !== undefined);
  if (wrong.length > 0) return wrong;
  return [ok('secrets and databases are open to their owner only', '密钥和数据库只有所有者可以访问')];
}

function judgeCertificateFile({ key, path, certificate, keyFits }: CertificateFile, wallMs: number): Finding {
  const own = key === 'tls_cert' ? 'tls_key' : 'tcp_tls_key';
  const show = `openssl x509 -in ${shellWord(path)} -noout -subject -enddate`;
  if (!certificate)
    return fault(
      `${key} ${path} holds no certificate, or ${own} no key, in PEM`,
      `${key} ${path} 或 ${own} 不是 PEM 格式的证书、私钥`,
      show,
    );
  if (!keyFits)
    return fault(`${own} does not belong to ${key} ${path}`, `${own} 与 ${key} ${path} 不配对`, show);
  const renew = `openssl x509 -in ${shellWord(path)} -noout -issuer -enddate && sudo certbot renew`;
  const finding = judgeCertificate(certificate, wallMs, undefined, renew);
  return { ...finding, cause: { en: `${key}: ${finding.cause.en}`, zh: `${key}：${finding.cause.zh}` } };
}

function judgeDatabase(database: DatabaseFacts, { config, commands }: ServerFacts): Finding {
  const { file } = database;
  const path = shellWord(`${config.dataDir}/${file}`);
  // What SQLite can still read goes into a new file; the damaged one is kept.
  const recover = `sqlite3 ${path} .recover | sqlite3 ${path}.new && mv ${path} ${path}.damaged && mv ${path}.new ${path}`;
  switch (database.kind) {
    case 'absent':
      return ok(`${file} will be made at the first start`, `${file} 将在首次启动时建立`);
    case 'unfinished':
      return warning(
        `${file} was not closed in order; the next start puts its log in, then it can be checked`,
        `${file} 没有正常关闭；下次启动会并入日志，之后才能检查`,
        commands.start,
      );
    case 'failed':
      return fault(
        `${file} cannot be read: ${database.message}`,
        `无法读取 ${file}：${database.message}`,
        recover,
      );
    case 'read':
      break;
  }
  if (database.damage !== undefined)
    return fault(`${file} is damaged: ${database.damage}`, `${file} 已损坏：${database.damage}`, recover);
  return ok(`${file} is whole`, `${file} 完整`);
}

export const CONFIGURATION_CHECKS: readonly Check<ServerFacts>[] = [
  { id: 'configuration', run: ({ settings }) => judgeSettings(settings) },
];

export const FILE_CHECKS: readonly Check<ServerFacts>[] = [
  { id: 'secret', run: judgeSecret },
  {
    id: 'data-dir',
    run: ({ dataDir, owner, change }) =>
      judgeDirectory(dataDir, { owner, private: true, elsewhere: change('data_dir', '"./data"', './data') }),
  },
  {
    id: 'log-dir',
    run: ({ logDir, owner, change }) =>
      judgeDirectory(logDir, { owner, private: false, elsewhere: change('log_dir', '"./logs"', './logs') }),
  },
  { id: 'private-files', run: judgePrivateFiles },
  { id: 'database', run: (facts) => facts.databases.map((each) => judgeDatabase(each, facts)) },
  {
    id: 'certificate',
    run: ({ certificates, wallMs }) => certificates.map((each) => judgeCertificateFile(each, wallMs)),
  },
];
