import type { AdapterEvent, ProcessRecorder } from '../adapter.js';
import { withoutBursts } from './bursts.js';
import type { OutputReader } from './output.js';
import type { ProcessEnd, ProcessSpec } from './process-spec.js';
import { runProcess } from './subprocess.js';
import type { Translation } from './wsl.js';

/** Forwards the output of a process; too much output ends it. */
export async function* follow(
  spec: ProcessSpec,
  by: {
    reader: OutputReader;
    meter: () => AdapterEvent[];
    publicArgv: readonly string[];
    recorder: ProcessRecorder | null;
    translation: Translation | null;
  },
): AsyncGenerator<AdapterEvent, { end: ProcessEnd; overSize: boolean }, void> {
  const { reader, meter, publicArgv, recorder, translation } = by;
  const running = runProcess(spec);
  try {
    for (let step = await running.next(); ; step = await running.next()) {
      if (step.done === true) return { end: step.value, overSize: false };
      if (step.value.type === 'started') {
        void recorder?.afterStart(step.value.pid);
        yield { type: 'started', argv: publicArgv, pid: step.value.pid };
        continue;
      }
      for (const event of withoutBursts(reader.push(step.value.source, step.value.bytes))) {
        if (event.type === 'over_size') return { end: STOPPED, overSize: true };
        yield translation?.toLocal(event) ?? event;
      }
      yield* meter();
    }
  } finally {
    await running.return(STOPPED);
  }
}

/** Whether we ended it ourselves, so that its exit code and signal mean nothing. */
const STOPPED: ProcessEnd = {
  ended: 'stopped',
  exitCode: null,
  signal: null,
  firstOutputMs: null,
  tookStdin: true,
  spawnError: null,
  survivors: [],
};
