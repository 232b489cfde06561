package bench;

/** One run of a workload: on how many workers, of what size. */
record Run(int workers, long size) {}
