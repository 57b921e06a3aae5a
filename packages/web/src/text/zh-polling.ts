/** The words about live updates that come by polling, in Chinese. `PollingDictionary` is their shape. */
export const zhPolling = {
  polling: '轮询更新',
  pollingLabel: '实时更新正在使用轮询：查看原因',
  pollingTitle: '实时更新正在使用轮询',
  pollingWhy:
    '浏览器与服务端之间的代理缓冲、截断或拦截了实时事件流，控制台已自动改用轮询。内容一样，只是慢一点，请求多一些。',
  pollingMend: '代理是 nginx 时，在转发到 OPS 的 location 里加上这几行，然后重新加载：',
  copyLines: '复制这几行',
  pollingAgain: '控制台每两分钟再试一次事件流，恢复后自动切回，不必刷新页面。',
  understood: '知道了',
};

export type PollingDictionary = Readonly<Record<keyof typeof zhPolling, string>>;
