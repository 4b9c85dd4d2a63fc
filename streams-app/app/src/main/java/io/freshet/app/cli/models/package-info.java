/** Commands on models: list, show, verify, export, prune, roll back, resume and replay. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.cli.models;
