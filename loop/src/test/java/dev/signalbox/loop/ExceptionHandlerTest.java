// SPDX-License-Identifier: Apache-2.0
package dev.signalbox.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signalbox.loop.internal.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a callback throws is told to the handler, and the loop goes on whatever it is. */
@Timeout(60)
final class ExceptionHandlerTest {
    private final List<String> handled = new ArrayList<>();

    private EventLoop loop() {
        return EventLoop.builder()
                .name("home")
                .exceptionHandler((what, e) -> handled.add(what + ": " + e.getMessage()))
                .build();
    }

    @Test
    void callbackThatFails_isTold_andTheLoopGoesOn() {
        try (EventLoop loop = loop()) {
            String result = loop.runUntilComplete(() -> {
                loop.callSoon(() -> {
                    throw new IllegalArgumentException("unchecked");
                });
                loop.callLater(Duration.ZERO, () -> {
                    throw new AssertionError("error");
                });
                loop.callSoonThreadSafe(() -> {
                    throw Failures.<RuntimeException>sneaky(new Exception("checked"));
                });
                loop.execute(() -> {
                    throw new StackOverflowError("vm error");
                });
                new Future<String>().whenDone(f -> {
                    throw new AssertionError("never called");
                });
                Future<String> done = new Future<>();
                done.complete("x");
                done.whenDone(f -> {
                    throw new IllegalStateException("when done");
                });
                Steps.settle();
                return "went on";
            });
            assertThat(result).isEqualTo("went on");
        }
        assertThat(handled)
                .allMatch(entry -> entry.startsWith("event loop 'home': exception in a callback: "))
                .extracting(entry -> entry.substring(entry.lastIndexOf(": ") + 2))
                .containsExactlyInAnyOrder("unchecked", "error", "checked", "vm error", "when done");
    }

    @Test
    void handler_runsOnTheLoop_likeACallback() {
        List<Object> seen = new ArrayList<>();
        EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> {
                    seen.add(EventLoop.current());
                    assertThatThrownBy(Async::yieldNow)
                            .hasMessage("Async.yieldNow() in a callback: only tasks can wait, use createTask");
                    seen.add("checked");
                })
                .build();
        try (loop) {
            loop.runUntilComplete(() -> {
                loop.callSoon(() -> {
                    throw new IllegalArgumentException();
                });
                Steps.settle();
            });
        }
        assertThat(seen).containsExactly(loop, "checked");
    }

    @Test
    void handlerThatFails_isLogged_andTheLoopGoesOn() {
        EventLoop loop = EventLoop.builder()
                .name("home")
                .exceptionHandler((what, e) -> {
                    throw new AssertionError("the handler itself");
                })
                .build();
        List<LogRecord> records = logged(() -> {
            try (loop) {
                loop.runUntilComplete(() -> {
                    loop.callSoon(() -> {
                        throw new IllegalArgumentException("the callback");
                    });
                    Steps.settle();
                });
            }
        });
        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.getMessage())
                    .isEqualTo("event loop 'home': the exception handler failed on: exception in a callback");
            assertThat(record.getThrown()).hasMessage("the callback");
            assertThat(record.getThrown().getSuppressed())
                    .singleElement()
                    .satisfies(e -> assertThat(e).hasMessage("the handler itself"));
        });
    }

    @Test
    void handlerThatRethrows_isLogged() {
        EventLoop loop = EventLoop.builder()
                .exceptionHandler((what, e) -> {
                    throw Failures.<RuntimeException>sneaky(e);
                })
                .build();
        List<LogRecord> records = logged(() -> {
            try (loop) {
                String result = loop.runUntilComplete(() -> {
                    loop.callSoon(() -> {
                        throw new IllegalArgumentException("the callback");
                    });
                    Steps.settle();
                    return "went on";
                });
                assertThat(result).isEqualTo("went on");
            }
        });
        assertThat(records)
                .singleElement()
                .satisfies(record -> assertThat(record.getThrown()).hasMessage("the callback"));
    }

    @Test
    void defaultHandler_logsAnError() {
        List<LogRecord> records = logged(() -> {
            try (EventLoop loop = EventLoop.builder().name("home").build()) {
                loop.runUntilComplete(() -> {
                    loop.callSoon(() -> {
                        throw new IllegalArgumentException("told to nobody");
                    });
                    Steps.settle();
                });
            }
        });
        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.getLevel()).isEqualTo(Level.SEVERE);
            assertThat(record.getMessage()).isEqualTo("event loop 'home': exception in a callback");
            assertThat(record.getThrown()).hasMessage("told to nobody");
        });
    }

    private static List<LogRecord> logged(Runnable body) {
        List<LogRecord> records = new CopyOnWriteArrayList<>();
        Handler capture = new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.signalbox.loop");
        logger.addHandler(capture);
        logger.setUseParentHandlers(false);
        try {
            body.run();
        } finally {
            logger.removeHandler(capture);
            logger.setUseParentHandlers(true);
        }
        return records;
    }

    @Test
    void errorInABody_isTheFailureOfItsTask() {
        try (EventLoop loop = loop()) {
            loop.runUntilComplete(() -> {
                for (Error error :
                        List.of(new AssertionError("a"), new StackOverflowError(), new OutOfMemoryError("b"))) {
                    Task<Void> task = Async.createTask(() -> {
                        throw error;
                    });
                    assertThatThrownBy(task::await).isSameAs(error);
                    assertThat(task.exceptionNow()).isSameAs(error);
                }
                assertThat(Async.createTask(() -> "went on").await()).isEqualTo("went on");
            });
        }
        assertThat(handled).isEmpty();
    }

    @Test
    void nullHandler_isRefused() {
        assertThatThrownBy(() -> EventLoop.builder().exceptionHandler(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("handler");
        assertThatThrownBy(() -> EventLoop.builder().name(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name");
    }
}
