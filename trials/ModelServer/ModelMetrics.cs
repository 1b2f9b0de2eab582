using System.Globalization;
using System.Text;

namespace Tonne.Trials.ModelServer;

/// <summary>Requests, tokens and seconds of a model, as lines of Prometheus's text format.</summary>
/// <param name="prefix">Begin of the names.</param>
/// <param name="model">The model.</param>
/// <param name="hasTokens">Whether it counts tokens.</param>
sealed class ModelMetrics(string prefix, string model, bool hasTokens)
{
    readonly Lock _gate = new();
    long _requests, _tokens, _running;
    double _seconds;

    /// <summary>A request begins.</summary>
    public RunningRequest Begin(TimeProvider time)
    {
        lock (_gate)
            _running++;
        return new RunningRequest(this, time);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        lock (_gate)
        {
            Write("requests_total", "counter", _requests);
            if (hasTokens)
                Write("prompt_tokens_total", "counter", _tokens);
            Write("running", "gauge", _running);
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {prefix}_request_seconds histogram\n");
            text.Append(CultureInfo.InvariantCulture, $"{prefix}_request_seconds_bucket{{model=\"{model}\",le=\"+Inf\"}} {_requests}\n");
            text.Append(CultureInfo.InvariantCulture, $"{prefix}_request_seconds_sum{{model=\"{model}\"}} {_seconds:R}\n");
            text.Append(CultureInfo.InvariantCulture, $"{prefix}_request_seconds_count{{model=\"{model}\"}} {_requests}\n");
        }

        return text.ToString();

        void Write(string name, string type, long value) =>
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {prefix}_{name} {type}\n{prefix}_{name}{{model=\"{model}\"}} {value}\n");
    }

    /// <summary>A request until it is disposed of; one that was not counted has failed.</summary>
    public sealed class RunningRequest(ModelMetrics metrics, TimeProvider time) : IDisposable
    {
        readonly long _begin = time.GetTimestamp();

        /// <summary>It was answered.</summary>
        public void Count(long tokens)
        {
            lock (metrics._gate)
            {
                metrics._requests++;
                metrics._tokens += tokens;
                metrics._seconds += time.GetElapsedTime(_begin).TotalSeconds;
            }
        }

        public void Dispose()
        {
            lock (metrics._gate)
                metrics._running--;
        }
    }
}
