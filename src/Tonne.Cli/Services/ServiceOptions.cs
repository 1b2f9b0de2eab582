using System.CommandLine;
using System.Net;
using Tonne.Cli.Commands;
using Tonne.Cli.Configuration;
using Tonne.Services.Recording;
using Tonne.Services.Requests;

namespace Tonne.Cli.Services;

/// <summary>The options of a recorded service.</summary>
sealed class ServiceOptions
{
    readonly Option<string> _name = new("--name", "-n") { Description = "Name of the service: letters, digits, '.', '_', '-'", HelpName = "NAME" };
    readonly Option<string> _metrics = new("--metrics") { Description = "Address of the server's Prometheus metrics (vLLM, TGI, SGLang, TensorRT-LLM, Triton, llama.cpp)", HelpName = "URL" };
    readonly Option<string[]> _metric = new("--metric") { Description = "A metric of other software: output-tokens=NAME, requests=NAME; may be repeated", HelpName = "PAIR", AllowMultipleArgumentsPerToken = false };
    readonly Option<string> _log = new("--access-log") { Description = "An access log in place of metrics: common or combined format, or --log-pattern", HelpName = "FILE" };
    readonly Option<string> _pattern = new("--log-pattern") { Description = "Regular expression of its lines: groups time, seconds, status, model, prompt_tokens, output_tokens (docs/services.md)", HelpName = "RE" };
    readonly Option<string> _otlp = new("--otlp") { Description = "Receive spans of calls (OpenTelemetry, OTLP/HTTP) at this port of "
        + "the machine itself, in place of metrics: 4318", HelpName = "[ADDRESS:]PORT" };
    readonly Option<string> _model = new("--model") { Description = "The model, if the server does not name it; its architecture divides the work", HelpName = "MODEL" };
    readonly Option<string> _look = new("--look") { Description = "Time between two looks at the metrics, 1s to 1h; default 10s", HelpName = "TIME" };

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_name, _metrics, _metric, _log, _pattern, _otlp, _model, _look];

    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidInputException">One is wrong or missing.</exception>
    public ServiceRequest Read(ParseResult parsed)
    {
        var name = parsed.GetValue(_name) ?? throw new InvalidInputException("give the service a name: --name chat.");
        if (!ServiceFolder.IsName(name))
            throw new InvalidInputException($"--name '{name}': 1 to 60 letters, digits, '.', '_' and '-', the first one a letter or digit.");
        if (new[] { _metrics, _log, _otlp }.Where(option => parsed.GetValue(option) is not null).Select(static option => option.Name)
            .ToList() is [var one, var other, ..])
            throw new InvalidInputException($"{one} and {other} are two sources of the same requests: give one.");
        if (parsed.GetValue(_pattern) is not null && parsed.GetValue(_log) is null)
            throw new InvalidInputException("--log-pattern describes the lines of --access-log: give the log too.");
        var source = new ServiceSource(
            ReadAddress(parsed.GetValue(_metrics)), parsed.GetValue(_metric) ?? [], parsed.GetValue(_model), parsed.GetValue(_log),
                parsed.GetValue(_pattern),
            ReadEndpoint(parsed.GetValue(_otlp)));
        return new ServiceRequest(name, source)
        {
            Look = ReadLook(parsed.GetValue(_look)),
            FindWork = FindWork(parsed.GetValue(_model)),
        };
    }

    static Uri? ReadAddress(string? text)
    {
        if (text is null)
            return null;
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(whole, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new Uri(whole) : throw new InvalidInputException($"--metrics '{text}' is not an address such as http://localhost:8000/metrics.");
    }

    static IPEndPoint? ReadEndpoint(string? text)
    {
        if (text is null)
            return null;
        var rest = text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? text[7..].TrimEnd('/') : text;
        // A number alone would be read as an address.
        if (rest.All(char.IsAsciiDigit))
            rest = "127.0.0.1:" + rest;
        else if (rest.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase))
            rest = "127.0.0.1:" + rest[10..];
        return IPEndPoint.TryParse(rest, out var address) && address.Port > 0
            ? address : throw new InvalidInputException(
                $"--otlp '{text}' is not a port such as 4318, or an address with a port such as 127.0.0.1:4318.");
    }

    static TimeSpan ReadLook(string? text)
    {
        if (text is null)
            return TimeSpan.FromSeconds(10);
        return Setting.TryParsePeriod(text, out var look) && look >= TimeSpan.FromSeconds(1) && look <= TimeSpan.FromHours(1)
            ? look : throw new InvalidInputException($"--look '{text}' is not a time from 1s to 1h.");
    }

    /// <summary>The work of the models: each by its name, else the given one.</summary>
    static Func<string, ServedModelWork?> FindWork(string? given) =>
        given is null ? ServedModelWork.Find : name => ServedModelWork.Find(name) ?? ServedModelWork.Find(given);
}
