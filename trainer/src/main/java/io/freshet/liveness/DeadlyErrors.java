package io.freshet.liveness;

import org.jspecify.annotations.Nullable;

/**
 * Errors after which a process must end: the JVM is out of memory or broken, and what any thread has done since is not
 * to be trusted. A stack overflow is not among them, since it unwinds what it has happened in.
 */
public final class DeadlyErrors {
    private DeadlyErrors() {}

    /** Throws the deadly error that the failure is or comes from, if there is one: nobody but the process may handle it. */
    public static void throwIfDeadly(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof VirtualMachineError deadly && !(cause instanceof StackOverflowError)) {
                throw deadly;
            }
        }
    }
}
