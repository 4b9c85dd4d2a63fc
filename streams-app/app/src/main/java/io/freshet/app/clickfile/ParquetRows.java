package io.freshet.app.clickfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** The records of a Parquet file, with its top-level columns that are not nested. A record counts as a line. */
final class ParquetRows implements Rows {
    private static final long JULIAN_DAY_OF_1970 = 2_440_588;

    private final Path file;
    private final List<String> names;
    private final @Nullable PrimitiveType[] types; // (columns)
    private final ParquetReader<@Nullable String[], @Nullable String[], String[]> reader;
    private @Nullable String[] fields = new @Nullable String[0];
    private long line;

    /** @param names the names of the columns that are read */
    ParquetRows(Path file, List<String> names) throws IOException {
        this.file = file;
        this.names = List.copyOf(names);
        this.types = new PrimitiveType[names.size()];
        try {
            reader = ParquetReader.spliterator(file.toFile(), new ToText());
        } catch (RuntimeException e) {
            throw damaged(e);
        }
        for (Type field : reader.metaData().getFileMetaData().getSchema().getFields()) {
            int column = this.names.indexOf(field.getName());
            if (column >= 0 && field.isPrimitive()) {
                types[column] = field.asPrimitiveType();
            }
        }
    }

    /** Returns the names of the columns that are not nested. */
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

    /**
     * Returns a value as text: dates and times in ISO-8601, unsigned and decimal numbers according to their type. Bytes
     * without a type are decoded as UTF-8, as old writers intend; if they are not UTF-8, the result is their hexadecimal
     * form.
     *
     * @param value the value from {@link ParquetReader}, which gives bytes without a type and times of 96 bits as
     *     hexadecimal digits after 0x
     */
    private static String text(@Nullable PrimitiveType type, Object value) {
        if (type == null) {
            return value.toString();
        }
        return switch (value) {
            case Long ticks
            when type.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation timestamp ->
                time(timestamp, ticks);
            case Long number -> type.stringifier().stringify(number);
            case Integer number -> type.stringifier().stringify(number);
            case String hex when type.getPrimitiveTypeName() == PrimitiveTypeName.INT96 -> timeOf96Bits(hex);
            case String hex
            when type.getPrimitiveTypeName() == PrimitiveTypeName.BINARY && type.getLogicalTypeAnnotation() == null ->
                utf8(hex);
            default -> value.toString();
        };
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex, "0x".length(), hex.length());
    }

    private static String utf8(String hex) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(hex))).toString();
        } catch (CharacterCodingException _) {
            return hex;
        }
    }

    /**
     * Converts the deprecated INT96 of Impala, Hive and old versions of Spark: the nanoseconds of the day, then the Julian
     * day.
     */
    private static String timeOf96Bits(String hex) {
        ByteBuffer value = ByteBuffer.wrap(bytes(hex)).order(ByteOrder.LITTLE_ENDIAN);
        long nanosOfDay = value.getLong();
        long day = value.getInt() - JULIAN_DAY_OF_1970;
        return Instant.ofEpochMilli(day * 86_400_000 + nanosOfDay / 1_000_000).toString();
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
