package io.freshet.app.check;

import java.util.function.Consumer;

/** A check of one thing, which reports each finding as soon as it has it. */
@FunctionalInterface
interface Check {
    void run(Consumer<Finding> found) throws Exception;
}
