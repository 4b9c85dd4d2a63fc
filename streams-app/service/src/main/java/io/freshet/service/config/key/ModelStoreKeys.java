package io.freshet.service.config.key;

import io.freshet.store.S3Settings;
import io.freshet.store.StoreLocation;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Keys of the model's name and of the store of its snapshots. */
public final class ModelStoreKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<String> MODEL_NAME = KEYS.text("model.name", "default")
            .as(TextForms::fileName)
            .doc("Name of the model in the model store and the log.");
    public static final ConfigKey<Optional<Path>> PATH = KEYS.optional("model.store.path", Path::of)
            .doc("Folder of the model store; if empty, `models` in the state folder.");
    public static final ConfigKey<Optional<StoreLocation.Bucket>> URL = KEYS.optional(
                    "model.store.url", StoreLocation.Bucket::parse)
            .doc("Bucket to use as the model store instead of a folder, as in `s3://bucket/prefix`. Credentials"
                    + " come from the places where AWS's clients look for them: `AWS_ACCESS_KEY_ID` and"
                    + " similar variables, a web identity, or a profile.");
    public static final ConfigKey<Optional<URI>> S3_ENDPOINT = KEYS.optional(
                    "model.store.s3.endpoint", TextForms::httpServer)
            .doc("Address of an S3 service other than AWS, as in `http://minio:9000`.");
    public static final ConfigKey<String> S3_REGION = KEYS.text("model.store.s3.region", "")
            .doc("Region of the bucket; if empty, the region from `AWS_REGION` or a profile, or with an endpoint"
                    + " `us-east-1`.");
    public static final ConfigKey<Boolean> S3_PATH_STYLE = KEYS.flag("model.store.s3.path.style", false)
            .doc("Whether URLs have the bucket in the path instead of the host name, as MinIO and others require.");
    public static final ConfigKey<Integer> S3_PART_BYTES = KEYS.integer(
                    "model.store.s3.part.bytes", 16_777_216, "bytes")
            .between(S3Settings.LEAST_PART_BYTES, S3Settings.MOST_PART_BYTES)
            .doc("Length of the parts in which a longer file is uploaded; the trainer holds one part in memory.");

    private ModelStoreKeys() {}
}
