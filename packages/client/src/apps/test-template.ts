/**
 * The manual's template of a service script (应用目录标准化, 服务脚本模板), letter by letter; only the places /tmp/apps
 * and /opt are put into a test's own directory.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TEMPLATE = `#!/bin/bash
# app.sh - 应用管理脚本模板

APP_NAME="myapp"
PID_FILE="/tmp/apps/$APP_NAME/$APP_NAME.pid"
LOG_FILE="/tmp/apps/$APP_NAME/$APP_NAME.log"

case "$1" in
    start)
        if [ -f $PID_FILE ] && ps -p $(cat $PID_FILE) > /dev/null; then
            echo "Service is already running"
            exit 1
        fi
        echo "Starting $APP_NAME..."
        nohup /opt/$APP_NAME/bin/$APP_NAME > $LOG_FILE 2>&1 &
        echo $! > $PID_FILE
        echo "Service started with PID $(cat $PID_FILE)"
        ;;
    stop)
        if [ -f $PID_FILE ]; then
            PID=$(cat $PID_FILE)
            kill $PID
            rm -f $PID_FILE
            echo "Service stopped"
        else
            echo "Service is not running"
        fi
        ;;
    update)
        VERSION=$2
        if [ -z "$VERSION" ]; then
            echo "Usage: $0 update <version>"
            exit 1
        fi
        echo "Updating to version $VERSION..."
        # 实现更新逻辑
        echo $VERSION > VERSION
        echo "Update completed"
        ;;
    *)
        echo "Usage: $0 {start|stop|update <version>}"
        exit 1
        ;;
esac
`;

/** What the template starts: it lives until it is told to end, and takes this long to. */
const SERVICE = `#!/bin/bash
trap 'sleep "\${SLOWLY:-0}"; exit 0' TERM
echo "up in $(pwd)"
while :; do sleep 0.05; done
`;

/** `myapp` of the manual in this base directory, its program beside it. @returns the directory of the app */
export function manualApp(base: string, service = SERVICE): string {
  const directory = join(base, 'myapp');
  const opt = join(base, '..', 'opt');
  mkdirSync(directory, { mode: 0o755 });
  mkdirSync(join(opt, 'myapp', 'bin'), { recursive: true });
  const program = join(opt, 'myapp', 'bin', 'myapp');
  writeFileSync(program, service);
  chmodSync(program, 0o755);
  const script = TEMPLATE.replaceAll('/tmp/apps', base).replaceAll('/opt/', `${opt}/`);
  writeFileSync(join(directory, 'myapp.sh'), script, { mode: 0o755 });
  writeFileSync(join(directory, 'VERSION'), 'v1.0.0\n');
  writeFileSync(join(directory, 'BRANCH'), 'main\n');
  return directory;
}
