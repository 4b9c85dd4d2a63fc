package io.freshet.app.faults;

/**
 * Clicks are waiting when the roles start for the first time.
 *
 * @param clicks number of clicks
 */
record Backlog(int clicks) implements Fault {
    @Override
    public int users() {
        return clicks / 10;
    }

    @Override
    public void begin(FaultRun run) {
        run.load().send(clicks);
    }

    @Override
    public String strike(FaultRun run) throws Exception {
        run.startStreams("streams");
        run.startTrainer("trainer");
        run.load().start();
        return clicks + " clicks there before the first start";
    }
}
