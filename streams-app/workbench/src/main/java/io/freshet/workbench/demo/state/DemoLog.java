package io.freshet.workbench.demo.state;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Redirects all logging to a file and keeps the console free for the user. */
public final class DemoLog implements AutoCloseable {
    private final FileAppender<ILoggingEvent> appender;

    private DemoLog(FileAppender<ILoggingEvent> appender) {
        this.appender = appender;
    }

    /**
     * Sends the log to a file until the instance is closed.
     *
     * @param file log file, appended to
     */
    public static DemoLog to(Path file) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{24} %msg%n");
        encoder.start();
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(appender);
        return new DemoLog(appender);
    }

    @Override
    public void close() {
        appender.stop();
    }
}
