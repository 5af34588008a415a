/**
 * The parts of prom-client that are used here, by themselves: its index loads the API of OpenTelemetry
 * too, for default metrics that nobody asks for, and both together are 80 files of a node's start.
 */
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';

export { Counter, Gauge, Histogram, Registry };
