package io.freshet.config;

import io.freshet.store.FileSnapshotStore;
import io.freshet.store.S3SnapshotStore;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.store.StoreLocation;

/** Opens model stores: folders and buckets. Nothing is made or asked before a snapshot is. */
public final class ModelStores {
    /** In the state folder: copies of snapshots of a bucket, while they are written or read. */
    private static final String COPIES = "snapshot-copies";

    private ModelStores() {}

    /** The model store of a process. */
    public static SnapshotStore open(FreshetConfig config) throws SnapshotStoreException {
        return open(config.modelStore(), config);
    }

    /**
     * Another model store.
     *
     * @param config says how an S3 is reached, and where copies may lie
     */
    public static SnapshotStore open(StoreLocation location, FreshetConfig config) throws SnapshotStoreException {
        return switch (location) {
            case StoreLocation.Folder folder -> new FileSnapshotStore(folder.path());
            case StoreLocation.Bucket bucket ->
                new S3SnapshotStore(bucket, config.s3(), config.stateDir().resolve(COPIES));
        };
    }
}
