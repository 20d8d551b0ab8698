import pypdfium2, sys, collections, re
import pypdfium2.raw as raw
for f in sys.argv[1:]:
    pdf=pypdfium2.PdfDocument(f)
    print('==',f.split('/')[-1])
    for n in range(min(len(pdf),4)):
        tp=pdf[n].get_textpage(); t=tp.get_text_range()
        N=raw.FPDFText_CountChars(tp.raw)
        err=sum(raw.FPDFText_HasUnicodeMapError(tp.raw,i)==1 for i in range(N))
        gen=0
        c=collections.Counter()
        for ch in t:
            o=ord(ch)
            if ch.isspace(): continue
            if o<128: k='ascii'
            elif o<0x250: k='latin1+'
            elif 0x4e00<=o<0xa000:
                try:
                    b=ch.encode('gb2312'); k='han1' if b[0]<0xd8 else 'han2'
                except UnicodeEncodeError:
                    try: ch.encode('big5'); k='hanT'
                    except UnicodeEncodeError: k='hanX'
            elif 0x2000<=o<0x2070 or 0x3000<=o<0x3030 or o>=0xff00: k='punct'
            elif 0xe000<=o<0xf900: k='private'
            else: k='other'
            c[k]+=1
        print(n+1,N,'maperr',err,dict(c)); 
        if n==1: print(t[:400].replace('\r\n','|'))
