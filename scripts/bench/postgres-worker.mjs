// One process of postgres.mjs that pays. Apart from it, since what gives rows says so to the process that has started it.
import { pathToFileURL } from 'node:url';

const [, , bundle, told] = process.argv;
const { work } = await import(pathToFileURL(bundle).href);
await work(JSON.parse(told));
