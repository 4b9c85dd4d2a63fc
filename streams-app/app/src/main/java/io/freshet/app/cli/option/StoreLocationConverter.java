package io.freshet.app.cli.option;

import io.freshet.store.StoreLocation;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses the location of a model store: a folder, or s3://bucket/prefix. */
public final class StoreLocationConverter implements ITypeConverter<StoreLocation> {
    @Override
    public StoreLocation convert(String text) {
        try {
            return StoreLocation.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
