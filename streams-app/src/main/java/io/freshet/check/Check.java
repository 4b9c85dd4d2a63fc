package io.freshet.check;

import java.util.function.Consumer;

/** Looks at one thing, and tells what it finds as it goes. */
@FunctionalInterface
interface Check {
    void run(Consumer<Finding> found) throws Exception;
}
