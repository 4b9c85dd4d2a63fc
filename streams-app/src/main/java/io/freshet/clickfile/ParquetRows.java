package io.freshet.clickfile;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Records of a Parquet file, of which only top-level columns that are not nested count. A record is a line. */
final class ParquetRows implements Rows {
    private final Path file;
    private final List<String> names;
    private final @Nullable LogicalTypeAnnotation[] types; // (columns)
    private final ParquetReader<@Nullable String[], @Nullable String[], String[]> reader;
    private @Nullable String[] fields = new @Nullable String[0];
    private long line;

    /** @param names of the columns that are read */
    ParquetRows(Path file, List<String> names) throws IOException {
        this.file = file;
        this.names = List.copyOf(names);
        this.types = new LogicalTypeAnnotation[names.size()];
        try {
            reader = ParquetReader.spliterator(file.toFile(), new ToText());
        } catch (RuntimeException e) {
            throw damaged(e);
        }
        for (Type field : reader.metaData().getFileMetaData().getSchema().getFields()) {
            int column = this.names.indexOf(field.getName());
            if (column >= 0) {
                types[column] = field.getLogicalTypeAnnotation();
            }
        }
    }

    /** The names of the columns that are not nested. */
    static List<String> namesIn(Path file) throws IOException {
        try {
            return ParquetReader.readMetadata(file.toFile()).getFileMetaData().getSchema().getFields().stream()
                    .filter(Type::isPrimitive)
                    .map(Type::getName)
                    .toList();
        } catch (RuntimeException e) {
            throw new ClickFileException(file + " is a damaged Parquet file: " + e.getMessage(), e);
        }
    }

    private final class ToText implements Hydrator<@Nullable String[], @Nullable String[], String[]> {
        @Override
        public @Nullable String[] start() {
            return new @Nullable String[names.size()];
        }

        @Override
        public @Nullable String[] add(@Nullable String[] target, String[] path, @Nullable Object value) {
            int column = path.length == 1 ? names.indexOf(path[0]) : -1;
            if (column >= 0 && value != null) {
                target[column] = text(types[column], value).strip();
            }
            return target;
        }

        @Override
        public @Nullable String[] finish(@Nullable String[] target) {
            return target;
        }
    }

    private static String text(@Nullable LogicalTypeAnnotation type, Object value) {
        return switch (type) {
            case TimestampLogicalTypeAnnotation timestamp when value instanceof Long ticks -> time(timestamp, ticks);
            case DateLogicalTypeAnnotation _
            when value instanceof Integer days -> LocalDate.ofEpochDay(days).toString();
            case null, default -> value.toString();
        };
    }

    private static String time(TimestampLogicalTypeAnnotation type, long ticks) {
        TimeUnit unit = switch (type.getUnit()) {
            case MILLIS -> TimeUnit.MILLISECONDS;
            case MICROS -> TimeUnit.MICROSECONDS;
            case NANOS -> TimeUnit.NANOSECONDS;
        };
        Instant instant = Instant.ofEpochMilli(Math.floorDiv(ticks, unit.convert(1, TimeUnit.MILLISECONDS)));
        if (type.isAdjustedToUTC()) {
            return instant.toString();
        }
        return LocalDateTime.ofInstant(instant, ZoneOffset.UTC).toString();
    }

    @Override
    public boolean next() throws IOException {
        try {
            boolean more = reader.tryAdvance(record -> fields = record);
            line += more ? 1 : 0;
            return more;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RuntimeException e) {
            throw damaged(e);
        }
    }

    private ClickFileException damaged(RuntimeException e) {
        return new ClickFileException(
                file + " cannot be read as Parquet after record " + line + ": " + e.getMessage(), e);
    }

    @Override
    public int width() {
        return names.size();
    }

    @Override
    public @Nullable String field(int column) {
        return fields[column];
    }

    @Override
    public long line() {
        return line;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
