using System.Globalization;
using Tonne.Accounting;
using Tonne.Hardware;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>Reads the block <c>estimate</c> of a phase, which has the same inputs as <c>tonne estimate</c>.</summary>
sealed class EstimateReader(DescriptionProblems problems, SourceResolver sources)
{
    /// <summary>The estimate that a phase requests; null if it requests none, or something is wrong with it.</summary>
    /// <param name="phase">The phase's block.</param>
    /// <param name="name">Name of the phase.</param>
    /// <param name="factors">Factors of its place.</param>
    /// <param name="durationHours">Duration of the phase, in h; null if not given.</param>
    public EstimateRequest? Read(DescriptionBlock phase, string name, AccountingFactors? factors, double? durationHours)
    {
        if (phase.ReadBlock("estimate") is not { } mapping)
            return null;
        var block = new DescriptionBlock(mapping, phase.Path + ".estimate", problems, sources, DescriptionKeys.Estimate);
        foreach (var key in new[] { "dynamic", "idle", "hardware", "from" })
        {
            if (phase.HasKey(key))
                problems.Add(phase.GetLine(key), $"'{key}' beside 'estimate': an estimate has its own energy and hardware. Move one "
                    + "of the two into a phase of its own.");
        }

        if (block.HasKey("training") == block.HasKey("inference"))
        {
            problems.Add(mapping, "'estimate' must contain 'training' or 'inference', as in {training: {parameters: 7e9, tokens: "
                + "2e12, hardware: h100}}.");
            return null;
        }

        var where = string.Create(CultureInfo.InvariantCulture, $"{problems.File}:{mapping.Line}");
        return factors is null ? null : block.ReadBlock("training") is { } training ? Training(training, block.Path, name, where, factors)
            : block.ReadBlock("inference") is { } inference ? Inference(inference, block.Path, name, where, factors, durationHours) : null;
    }

    EstimateRequest.Training? Training(DescriptionNode.Mapping mapping, string path, string name, string where, AccountingFactors factors)
    {
        var block = new DescriptionBlock(mapping, path + ".training", problems, sources, DescriptionKeys.EstimateTraining);
        var task = new EstimateRequest.Training(name, where, factors)
        {
            Model = ReadModel(block),
            ModelFile = ReadModelFile(block),
            Hardware = Hardware(block) ?? "",
            Parameters = Amount(block, "parameters"),
            ActiveParameters = Amount(block, "active_parameters"),
            Tokens = Amount(block, "tokens"),
            Operations = ReadSingleNumber(block, "operations", Dimension.Computation),
            Chips = Amount(block, "chips"),
            Hours = ReadSingleNumber(block, "hours", Dimension.Hours),
            Runs = Amount(block, "runs"),
            Precision = block.ReadText("precision"),
            Distilled = block.ReadFlag("distilled"),
            Tune = ReadTune(block),
        };
        return task.Hardware.Length == 0 ? null : task;
    }

    EstimateRequest.Inference? Inference(DescriptionNode.Mapping mapping, string path, string name, string where, AccountingFactors factors, double? durationHours)
    {
        var block = new DescriptionBlock(mapping, path + ".inference", problems, sources, DescriptionKeys.EstimateInference);
        var (model, file) = (ReadModel(block), ReadModelFile(block));
        var parameters = model is null && file is null ? ReadRequired(block, "parameters", "70e9, or a 'model', as in llama-3.1-70b") : null;
        var output = ReadRequired(block, "output_tokens", "500");
        var (day, all) = (Amount(block, "requests_per_day"), Amount(block, "requests"));
        if (block.HasKey("requests_per_day") == block.HasKey("requests"))
            problems.Add(block.Line, "give 'requests' of the phase, or 'requests_per_day' and the phase's 'duration'.");
        else if (day is not null && durationHours is null)
            problems.Add(block.GetLine("requests_per_day"), "'requests_per_day' needs the phase's 'duration', as in 30 d.");
        var hardware = Hardware(block);
        var (gpus, batch, active, prompt, precision) = (Amount(block, "gpus"), Amount(block, "batch"), Amount(block, "active_parameters"), Amount(block, "prompt_tokens"), block.ReadText("precision"));
        if (hardware is null || (parameters is null && model is null && file is null) || output is not { } tokens || (all ?? day * durationHours / 24) is not { } requests)
            return null;
        return new EstimateRequest.Inference(name, where, factors)
        {
            Hardware = hardware,
            Model = model,
            ModelFile = file,
            Parameters = parameters,
            ActiveParameters = active,
            Gpus = gpus,
            Batch = batch,
            Precision = precision,
            PromptTokens = prompt,
            CachedTokens = Amount(block, "cached_tokens"),
            RepeatedTokens = ReadRepeated(block, prompt),
            SmallerParameters = ReadSmaller(block, parameters),
            OutputTokens = tokens,
            ReasoningTokens = Amount(block, "reasoning_tokens"),
            Layers = Amount(block, "layers"),
            CacheBytesPerToken = Amount(block, "kv_bytes_per_token"),
            ExpertShare = ReadExperts(block),
            SoftwareYear = Amount(block, "software"),
            RequestsPerDay = day,
            Requests = requests,
        };
    }

    /// <summary>Prompt tokens that repeat: a part of the prompt.</summary>
    double? ReadRepeated(DescriptionBlock block, double? prompt)
    {
        var repeated = Amount(block, "repeated_tokens");
        if (repeated is { } tokens && !(prompt >= tokens))
            problems.Add(block.GetLine("repeated_tokens"), "'repeated_tokens' are part of 'prompt_tokens': give both, and not more than those.");
        return repeated;
    }

    /// <summary>Parameters of a smaller model.</summary>
    double? ReadSmaller(DescriptionBlock block, double? parameters)
    {
        var smaller = Amount(block, "smaller_parameters");
        if (smaller >= parameters)
            problems.Add(block.GetLine("smaller_parameters"), "'smaller_parameters' must be fewer than 'parameters'.");
        return smaller;
    }

    string? ReadTune(DescriptionBlock block)
    {
        if (block.ReadText("tune") is not { } word || word is "lora" or "full")
            return block.ReadText("tune");
        problems.AddUnknown(block.GetLine("tune"), "tuning", word, ["lora", "full"]);
        return null;
    }

    /// <summary>A share of experts written as two numbers, such as 8/128.</summary>
    double? ReadExperts(DescriptionBlock block)
    {
        if (block.ReadText("experts") is not { } text)
            return null;
        var parts = text.Split('/');
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var chosen)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var all) && chosen > 0 && chosen <= all)
        {
            return (double)chosen / all;
        }

        problems.Add(block.GetLine("experts"), "'experts' must be two numbers, as in 8/128: experts that a token chooses, and experts of a layer.");
        return null;
    }

    /// <summary>Name of a model, which has its sizes: they cannot be given in addition.</summary>
    string? ReadModel(DescriptionBlock block)
    {
        if (!block.HasKey("model") && !block.HasKey("model_file"))
            return null;
        if (block.HasKey("model") && block.HasKey("model_file"))
            problems.Add(block.GetLine("model_file"), "give 'model' or 'model_file', not both.");
        foreach (var key in new[] { "parameters", "active_parameters" }.Where(block.HasKey))
            problems.Add(block.GetLine(key), $"'{key}' cannot be combined with '{(block.HasKey("model") ? "model" : "model_file")}', which has it.");
        return block.ReadText("model");
    }

    /// <summary>Path of a model's file: as given if it is absolute, otherwise from the folder of the description.</summary>
    string? ReadModelFile(DescriptionBlock block) =>
        block.ReadText("model_file") is { Length: > 0 } path ? Path.Combine(Path.GetDirectoryName(problems.File) ?? "", path) : null;

    string? Hardware(DescriptionBlock block)
    {
        if (block.ReadText("hardware") is not { Length: > 0 } name)
        {
            problems.Add(block.Line, "an estimate needs its 'hardware', as in h100.");
            return null;
        }

        var found = AcceleratorCatalog.FindWithSlice(name);
        if (!found.IsFound)
            problems.Add(block.GetLine("hardware"), found.Unknown.Message);
        return found.Value?.Name;
    }

    double? ReadRequired(DescriptionBlock block, string key, string example)
    {
        if (!block.HasKey(key))
            problems.Add(block.Line, $"an estimate of inference needs '{key}', as in {example}.");
        return Amount(block, key);
    }

    double? Amount(DescriptionBlock block, string key) => ReadSingleNumber(block, key, Dimension.Amount);

    /// <summary>One exact number, because an estimate computes its own bounds.</summary>
    double? ReadSingleNumber(DescriptionBlock block, string key, Dimension dimension)
    {
        if (block[key] is DescriptionNode.Mapping mapping)
        {
            problems.Add(mapping, $"'{key}' of an estimate must be one number, as in {dimension.Example}. The estimate computes "
                + "its own bounds.");
            return null;
        }

        return block.ReadNumber(key, key, dimension, static amount => amount > 0 ? null : "must be more than 0.")?.Bounds.Best;
    }
}
