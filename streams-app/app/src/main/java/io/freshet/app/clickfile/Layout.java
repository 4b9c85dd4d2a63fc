package io.freshet.app.clickfile;

import io.freshet.app.clickfile.ClickFileOptions.Format;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The layout of click files.
 *
 * @param dialect the dialect of {@link Format#CSV}; unused for other formats
 * @param headerRow the first row of each file, as written; empty if files have no header
 * @param names the names of a row's fields, in order: those of the header, and one more if the header is one field short
 * @param columns the positions of the click's parts in a row
 * @param times the format of times; null for {@link Format#SEQUENCES}
 */
record Layout(
        Format format,
        CsvRows.Dialect dialect,
        List<String> headerRow,
        List<String> names,
        Columns columns,
        @Nullable TimeFormat times) {
    private static final Set<String> MISSING =
            Set.of("", "NA", "N/A", "n/a", "null", "NULL", "NaN", "nan", "None", "\\N");

    /** Returns whether a field means that there is no value. */
    static boolean isMissing(@Nullable String field) {
        return field == null || (field.length() <= 4 && MISSING.contains(field));
    }

    Rows open(FileText text) throws IOException {
        return switch (format) {
            case CSV -> CsvRows.open(text, dialect);
            case JSON -> new JsonRows(text, text.open(), names);
            case SEQUENCES -> new SequenceRows(text);
            case PARQUET -> new ParquetRows(text.file(), names);
        };
    }

    String describe() {
        return switch (format) {
            case CSV ->
                "separated by " + separatorName() + (headerRow.isEmpty() ? ", without a header" : ", with a header");
            case JSON -> "JSON lines";
            case SEQUENCES -> "lines 'user item item ...'";
            case PARQUET -> "Parquet";
        };
    }

    private String separatorName() {
        return switch (dialect.separator()) {
            case "\t" -> "tabs";
            case "," -> "commas";
            case ";" -> "semicolons";
            case "|" -> "pipes";
            case " " -> "blanks";
            default -> dialect.separator();
        };
    }
}
