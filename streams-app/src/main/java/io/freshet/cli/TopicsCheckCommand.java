package io.freshet.cli;

import io.freshet.check.Finding;
import io.freshet.check.TopicsCheck;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code freshet topics check}. */
@Command(
        name = "check",
        description = {
            "Holds each topic against what it is to be: whether it is there and has its leaders; partitions that must"
                    + " agree; cleanup, retention and the length of records; copies against brokers, and how many of"
                    + " them must be in sync. Names each difference and what to do about it, and changes nothing.",
            ""
        })
final class TopicsCheckCommand extends TopicsFindings {
    TopicsCheckCommand() {}

    @Override
    List<Finding> of(TopicsCheck topics) throws InterruptedException {
        return topics.look();
    }
}
