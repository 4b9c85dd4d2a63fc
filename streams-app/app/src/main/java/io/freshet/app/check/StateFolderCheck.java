package io.freshet.app.check;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ProcessKeys;
import java.util.function.Consumer;

/** Checks that {@code state.dir} can be written. */
record StateFolderCheck(FreshetConfig config) implements Check {
    @Override
    public void run(Consumer<Finding> found) {
        found.accept(new WritableDirCheck("state.dir", "state.dir", config.get(ProcessKeys.STATE_DIR)).writable());
    }
}
