package io.freshet.lab.continual;

/** A click of a session. */
public record PeriodClick(String session, String item) {}
