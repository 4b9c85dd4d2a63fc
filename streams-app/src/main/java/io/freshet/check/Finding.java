package io.freshet.check;

/**
 * What a check found.
 *
 * @param check what was looked at
 * @param message what is there, and what must hold where that is not so
 * @param remedy what to do; empty where there is nothing to do
 */
public record Finding(String check, Outcome outcome, String message, String remedy) {
    static Finding ok(String check, String message) {
        return new Finding(check, Outcome.OK, message, "");
    }

    static Finding note(String check, String message) {
        return new Finding(check, Outcome.NOTE, message, "");
    }

    static Finding warning(String check, String message, String remedy) {
        return new Finding(check, Outcome.WARNING, message, remedy);
    }

    static Finding problem(String check, String message, String remedy) {
        return new Finding(check, Outcome.PROBLEM, message, remedy);
    }
}
