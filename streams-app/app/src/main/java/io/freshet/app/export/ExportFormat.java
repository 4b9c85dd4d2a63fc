package io.freshet.app.export;

import java.util.List;

/** The format of an export. */
public enum ExportFormat {
    /** {@code items.safetensors} with the tensor {@code items} (items, dim), and {@code items.jsonl} with the ids. */
    SAFETENSORS("items.safetensors", true),
    /** {@code items.npy} (items, dim), and {@code items.jsonl} with the ids. */
    NPY("items.npy", true),
    /** {@code items.parquet} with columns {@code item_id} and {@code vector}. */
    PARQUET("items.parquet", false);

    /** The file of ids: line n + 1 is the id of row n, as a JSON string, because an id may contain any character. */
    static final String IDS = "items.jsonl";

    private final String vectors;
    private final boolean hasIdFile;

    ExportFormat(String vectors, boolean hasIdFile) {
        this.vectors = vectors;
        this.hasIdFile = hasIdFile;
    }

    /** Returns the name of the file with the vectors. */
    String vectors() {
        return vectors;
    }

    /** Returns the names of all files, in the order in which they are written. */
    List<String> files() {
        return hasIdFile ? List.of(IDS, vectors) : List.of(vectors);
    }
}
