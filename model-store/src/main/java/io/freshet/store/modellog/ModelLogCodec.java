package io.freshet.store.modellog;

import io.freshet.store.format.BinaryFormat;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;

/**
 * Encodes and decodes the records of {@code model-log} and {@code model-deltas}. The kind in the frame ({@link
 * BinaryFormat}) distinguishes the types of records. {@link StepRecordCodec}, {@link PublishedStepCodec}, {@link
 * MergeNoteCodec} and {@link ModelDeltaCodec} document their layouts.
 */
public final class ModelLogCodec {
    private ModelLogCodec() {}

    /** Encodes a record in the newest version of its format. */
    public static byte[] encode(ModelLogRecord record) {
        return switch (record) {
            case StepRecord step -> StepRecordCodec.encode(step);
            case PublishedStep published -> PublishedStepCodec.encode(published);
            case MergeNote note -> MergeNoteCodec.encode(note);
            case ModelDelta delta -> ModelDeltaCodec.encode(delta);
        };
    }

    /**
     * Decodes a record.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    public static ModelLogRecord decode(byte[] bytes) {
        return switch (BinaryFormat.kindOf(bytes)) {
            case StepRecordCodec.KIND -> StepRecordCodec.decode(bytes);
            case PublishedStepCodec.KIND -> PublishedStepCodec.decode(bytes);
            case MergeNoteCodec.KIND -> MergeNoteCodec.decode(bytes);
            case ModelDeltaCodec.KIND -> ModelDeltaCodec.decode(bytes);
            default ->
                throw new CorruptFormatException("model-log record must be of kind '" + StepRecordCodec.KIND
                        + "', '" + PublishedStepCodec.KIND + "', '" + MergeNoteCodec.KIND + "' or '"
                        + ModelDeltaCodec.KIND + "': kind="
                        + BinaryFormat.kindOf(bytes) + ", length=" + bytes.length);
        };
    }
}
