// Starts the stock recorder with its two plugins, after page.js and the three UMD files.
(() => {
  if (window !== window.top || !window.labEmit) return;
  const { record, network } = window.labRecorder;
  rrwebRecord.record({
    emit: window.labEmit,
    plugins: [
      rrwebPluginConsoleRecord.getRecordConsolePlugin({ lengthThreshold: 200 }),
      rrwebPluginNetworkRecord.getRecordNetworkPlugin({ ...network }),
    ],
    ...record,
  });
  addEventListener('load', () => window.setTimeout(() => {}, 0));
  addEventListener('load', () => window.labStart());
})();
