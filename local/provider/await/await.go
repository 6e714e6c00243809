package await

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// The annotations by which a program steers the waiting.
const (
	AnnotationSkip    = "pulumi.com/skipAwait"
	AnnotationFor     = "pulumi.com/waitFor"
	AnnotationTimeout = "pulumi.com/timeoutSeconds"
)

const (
	defaultTimeout = 10 * time.Minute
	// lookInterval is how often the pods and events around an object are read while it is not ready;
	// the object itself is watched.
	lookInterval = 2 * time.Second
)

// Reporter shows one line of progress.
type Reporter func(severity diag.Severity, message string)

// Waiter waits for one object.
type Waiter struct {
	// Client reaches the object's own type, in its namespace.
	Client dynamic.ResourceInterface
	// Objects reaches the pods, events and endpoints that belong to it.
	Objects dynamic.Interface
	// Report shows the progress; must be set.
	Report Reporter

	started time.Time
}

// Error says that an object exists and does not work.
type Error struct {
	// Object is how it looked last.
	Object *unstructured.Unstructured
	// Reasons say why, most telling first: what the object, its pods and its events report.
	Reasons []string
	message string
}

// Error names the object, in the words of the official provider. The reasons are not in it.
func (e *Error) Error() string { return e.message }

// Timeout is how long to wait: what the resource's options say (seconds, 0 when nothing), else its
// annotation, else 10 minutes.
func Timeout(seconds float64, inputs *unstructured.Unstructured) time.Duration {
	if seconds != 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	if s, err := strconv.Atoi(inputs.GetAnnotations()[AnnotationTimeout]); err == nil {
		return time.Duration(s) * time.Second
	}
	return defaultTimeout
}

// Ready returns the object once it works. Its error is an *Error when the object is there and does not
// work, be it for now (timeout, cancellation) or for good.
func (w *Waiter) Ready(
	ctx context.Context, inputs, live *unstructured.Unstructured, timeout time.Duration,
) (*unstructured.Unstructured, error) {
	check, err := conditionFor(inputs, live)
	if err != nil {
		return nil, &Error{Object: live, message: err.Error()}
	}
	if check == nil {
		return live, nil
	}
	w.started = time.Now()
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var last progress
	live, err = w.follow(waiting, live, func(obj *unstructured.Unstructured, deep bool) (bool, error) {
		p := check(waiting, w, obj, deep)
		if waiting.Err() != nil {
			return false, nil
		}
		last = p.after(last, deep)
		if p.ready {
			return true, nil
		}
		if p.status != "" {
			w.Report(diag.Info, p.status)
		}
		if len(p.reasons) > 0 && deep {
			w.Report(diag.Warning, p.reasons[0])
		}
		if p.final {
			return false, &Error{
				Object: obj, Reasons: last.reasons,
				message: fmt.Sprintf("Resource '%s' was created but failed to initialize", obj.GetName()),
			}
		}
		return false, nil
	})
	switch {
	case err == nil || waiting.Err() == nil:
		return live, err
	case ctx.Err() != nil:
		return nil, &Error{
			Object: live, Reasons: last.reasons,
			message: fmt.Sprintf("Resource operation was cancelled for %q", live.GetName()),
		}
	}
	return nil, &Error{
		Object: live, Reasons: last.reasons,
		message: fmt.Sprintf("'%s' timed out waiting to be Ready", live.GetName()),
	}
}

// Check looks once, for a refresh: an *Error says that the object does not work now.
func (w *Waiter) Check(ctx context.Context, inputs, live *unstructured.Unstructured) error {
	check, ok := builtIn(live)
	if !ok || !check.onRead || skipped(inputs) {
		return nil
	}
	p := check.look(ctx, w, live, true)
	if p.ready {
		return nil
	}
	return &Error{
		Object: live, Reasons: p.reasons,
		message: fmt.Sprintf("Resource '%s' was created but failed to initialize", live.GetName()),
	}
}

// Gone returns once the object is deleted, or replaced by another of its name.
func (w *Waiter) Gone(ctx context.Context, live *unstructured.Unstructured, timeout time.Duration) error {
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	uid := live.GetUID()
	live, err := w.follow(waiting, live, func(obj *unstructured.Unstructured, _ bool) (bool, error) {
		if uid != "" && obj.GetUID() != uid {
			return true, nil
		}
		w.Report(diag.Info, "Waiting for deletion")
		return false, nil
	})
	switch {
	case apierrors.IsNotFound(err) || err == nil:
		return nil
	case waiting.Err() == nil:
		return err
	}
	e := &Error{Object: live, message: fmt.Sprintf("'%s' timed out waiting to be deleted", live.GetName())}
	if ctx.Err() != nil {
		e.message = fmt.Sprintf("Resource operation was cancelled for %q", live.GetName())
	}
	if f := live.GetFinalizers(); len(f) > 0 {
		e.Reasons = []string{fmt.Sprintf("finalizers might be preventing deletion (%v)", f)}
	}
	return e
}

// follow calls step with the object as it is, after each change of it, and from time to time with
// deep set. It ends when step is done or fails, when the object is gone (a NotFound error), or with
// the context's error; the object is how it looked last.
func (w *Waiter) follow(
	ctx context.Context, live *unstructured.Unstructured,
	step func(obj *unstructured.Unstructured, deep bool) (bool, error),
) (*unstructured.Unstructured, error) {
	if done, err := step(live, false); done || err != nil {
		return live, err
	}
	var events <-chan watch.Event
	stop := func() {}
	defer func() { stop() }()
	subscribe := func() {
		stop()
		events, stop = nil, func() {}
		watcher, err := w.Client.Watch(ctx, metav1.ListOptions{
			FieldSelector:   fields.OneTermEqualSelector("metadata.name", live.GetName()).String(),
			ResourceVersion: live.GetResourceVersion(),
		})
		if err == nil {
			events, stop = watcher.ResultChan(), watcher.Stop
		}
	}
	subscribe()
	ticker := time.NewTicker(lookInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return live, ctx.Err()
		case event, open := <-events:
			obj, ok := event.Object.(*unstructured.Unstructured)
			if !open || !ok || event.Type == watch.Error {
				events = nil // The ticker reads the object and watches anew.
				continue
			}
			if event.Type == watch.Deleted {
				return live, apierrors.NewNotFound(metav1.SchemeGroupVersion.WithResource(live.GetKind()).GroupResource(), live.GetName())
			}
			live = obj
			if done, err := step(live, false); done || err != nil {
				return live, err
			}
		case <-ticker.C:
			obj, err := w.Client.Get(ctx, live.GetName(), metav1.GetOptions{})
			switch {
			case err == nil:
				live = obj
			case apierrors.IsNotFound(err):
				return live, err
			}
			if events == nil {
				subscribe()
			}
			if done, err := step(live, true); done || err != nil {
				return live, err
			}
		}
	}
}
