package io.freshet.app.feed;

import io.freshet.app.clickfile.ClickReader;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Clicks of click files, in file order. A click's position is the number of its row across all files. */
public final class FileClicks implements ClickSource {
    private final ClickReader reader;

    /** @param reader reader that this object owns and closes */
    public FileClicks(ClickReader reader) {
        this.reader = reader;
    }

    @Override
    public @Nullable SourceClick next() throws IOException {
        Click click = reader.next();
        return click == null ? null : new SourceClick(reader.position(), click.userId(), ClickCodec.toJson(click));
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
