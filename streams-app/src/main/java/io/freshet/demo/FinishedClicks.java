package io.freshet.demo;

import io.freshet.event.Click;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Click files as something finished, to be read at once rather than fed to Kafka. */
public final class FinishedClicks {
    private FinishedClicks() {}

    /**
     * Reads every click, in file order.
     *
     * @return rows passed over because they make no click
     * @throws ClickFileException when it is not a click file with these columns
     */
    public static long read(Path file, ClickColumns.Names names, Consumer<Click> to)
            throws IOException, ClickFileException {
        return readWhile(file, names, click -> {
            to.accept(click);
            return true;
        });
    }

    /**
     * Reads clicks, in file order, for as long as they are wanted.
     *
     * @param to answers whether it wants the next one
     * @return rows passed over because they make no click
     * @throws ClickFileException when it is not a click file with these columns
     */
    public static long readWhile(Path file, ClickColumns.Names names, Predicate<Click> to)
            throws IOException, ClickFileException {
        try (ClickFile clicks = ClickFile.open(file, ClickFile.layoutOf(file, names))) {
            @Nullable Click click = clicks.nextClick();
            while (click != null && to.test(click)) {
                click = clicks.nextClick();
            }
            return clicks.passedOver();
        }
    }

    /** Whether the first line is a header that has these columns, or ones that can be guessed. */
    public static boolean isClickFile(Path file, ClickColumns.Names names) throws IOException {
        try {
            ClickFile.layoutOf(file, names);
            return true;
        } catch (ClickFileException _) {
            return false;
        }
    }
}
