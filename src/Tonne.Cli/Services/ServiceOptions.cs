using System.CommandLine;
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
    readonly Option<string> _model = new("--model") { Description = "The model, if the server does not name it; its architecture divides the work", HelpName = "MODEL" };
    readonly Option<string> _look = new("--look") { Description = "Time between two looks at the metrics, 1s to 1h; default 10s", HelpName = "TIME" };

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_name, _metrics, _metric, _model, _look];

    /// <summary>Reads the options.</summary>
    /// <exception cref="InvalidInputException">One is wrong or missing.</exception>
    public ServiceRequest Read(ParseResult parsed)
    {
        var name = parsed.GetValue(_name) ?? throw new InvalidInputException("give the service a name: --name chat.");
        if (!ServiceFolder.IsName(name))
            throw new InvalidInputException($"--name '{name}': 1 to 60 letters, digits, '.', '_' and '-', the first one a letter or digit.");
        return new ServiceRequest(name, new ServiceSource(ReadAddress(parsed.GetValue(_metrics)), parsed.GetValue(_metric) ?? [], parsed.GetValue(_model)))
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
