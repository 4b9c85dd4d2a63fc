package io.freshet.workbench.demo.console;

/** Colours and weights of text, or none. */
public enum Paint {
    ANSI,
    NONE;

    enum Colour {
        GREEN(32),
        YELLOW(33),
        BLUE(34);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }

    String in(Colour colour, String text) {
        return wrap(colour.code, text);
    }

    String bold(String text) {
        return wrap(1, text);
    }

    String dim(String text) {
        return wrap(2, text);
    }

    private String wrap(int code, String text) {
        return this == NONE ? text : "\u001B[" + code + "m" + text + "\u001B[0m";
    }
}
