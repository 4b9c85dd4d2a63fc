package io.freshet.training.liveness;

import org.jspecify.annotations.Nullable;

/**
 * Errors after which the process must end, because the JVM is out of memory or broken and the state of every thread is
 * suspect. A stack overflow is not one of them, since unwinding the stack recovers from it.
 */
public final class DeadlyErrors {
    private DeadlyErrors() {}

    /** Throws the deadly error that is the failure or one of its causes, if any. No caller may handle it. */
    public static void throwIfDeadly(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof VirtualMachineError deadly && !(cause instanceof StackOverflowError)) {
                throw deadly;
            }
        }
    }
}
