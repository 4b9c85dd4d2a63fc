package io.freshet.service.config;

import io.freshet.service.config.key.ProcessKeys;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.S3SnapshotStore;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.store.StoreLocation;

/**
 * Opens model stores: folders and buckets. Opening creates nothing and contacts no server; only operations on snapshots do.
 */
public final class ModelStores {
    /** Folder in the state folder for copies of a bucket's snapshots while they are written or read. */
    private static final String COPIES = "snapshot-copies";

    private ModelStores() {}

    /** Opens the model store of a process. */
    public static SnapshotStore open(FreshetConfig config) throws SnapshotStoreException {
        return open(config.modelStore(), config);
    }

    /**
     * Opens another model store.
     *
     * @param config has the settings for S3 and the folder for copies
     */
    public static SnapshotStore open(StoreLocation location, FreshetConfig config) throws SnapshotStoreException {
        return switch (location) {
            case StoreLocation.Folder folder -> new FileSnapshotStore(folder.path());
            case StoreLocation.Bucket bucket ->
                new S3SnapshotStore(
                        bucket, config.s3(), config.get(ProcessKeys.STATE_DIR).resolve(COPIES));
        };
    }
}
